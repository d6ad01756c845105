import type { Waiver } from './waiver.ts'

/** Findings that are meant to be. An expired or unused one fails the check. */
export const WAIVERS: readonly Waiver[] = []
