import { AWAY } from './words-away.ts'
import { HOME } from './words-home.ts'

/** What a demo category is made of: each of its 5 things comes in each of its 4 makes. */
export interface DemoCategory {
  name: string
  description: string
  /** Name and usual price in euros. */
  things: readonly (readonly [string, number])[]
  makes: readonly string[]
  /** Sentences of which each product gets two. */
  praise: readonly string[]
}

export const DEMO_CATEGORIES: readonly DemoCategory[] = [...HOME, ...AWAY]
