import type { Json } from './stack-preview.ts'

export type Inputs = Readonly<Record<string, Json>>

export const isObject = (value: Json | undefined): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const listOf = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : [])

export const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined

/** Pulumi takes numbers as text too (`cpu: '256'`). */
export const numberOf = (value: Json | undefined, fallback: number): number => {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : fallback
}
