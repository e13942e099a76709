/** Text from strangers on the mesh, without what would steer a terminal or turn the reading direction around. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu, '');
}
