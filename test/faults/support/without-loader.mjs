/** Loaded with `node --import` by the processes that tests start: leaves defences out of the built program. */
import { register } from 'node:module';

register(new URL('./without-hooks.mjs', import.meta.url));
