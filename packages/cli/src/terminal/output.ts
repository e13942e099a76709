/** Writes to stdout and resolves when the text is out of this process, so that an exit cannot cut it off. */
export function writeOut(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/**
 * From now on a reader who has gone away (`| head`) ends this process quietly, with status 0. Any other error is left
 * to the `writeOut` that met it.
 */
export function endWhenReaderLeaves(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
  });
}
