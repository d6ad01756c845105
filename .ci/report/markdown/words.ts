/** `1 change`, `2 changes` */
export const plural = (count: number, noun: string, ending = 's'): string =>
  `${count} ${noun}${count === 1 ? '' : ending}`

export const usd = (value: number): string => value.toFixed(2)

export const signedUsd = (value: number): string =>
  `${value < 0 ? '−' : '+'}${usd(Math.abs(value))}`

const MIB = 2 ** 20

export const mebibytes = (bytes: number): string => `${(bytes / MIB).toFixed(1)} MiB`
