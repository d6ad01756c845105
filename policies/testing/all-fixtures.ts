import { rdsFixtures } from '../rules/rds.fixtures.ts'
import type { Fixtures } from './fixtures.ts'

/** By control. */
export const FIXTURES: Fixtures = { ...rdsFixtures }
