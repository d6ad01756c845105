// What looks like a secret, by the name of a variable or by its value.

const SECRET_NAME =
  /(?:^|_)(?:PASSWORD|PASSWD|PWD|SECRET|SECRETS|TOKEN|APIKEY|API_KEY|ACCESS_KEY|PRIVATE_KEY|SIGNING_KEY|ENCRYPTION_KEY|CREDENTIALS?|PASSPHRASE|DSN)(?:$|_)/i

/** What such a name may end with where the value only says how long, or where to find it. */
const ABOUT_A_SECRET =
  /_(?:ARN|NAME|ID|URL|URI|FILE|PATH|HEADER|MINUTES|SECONDS|DAYS|HOURS|MS|TTL|ISSUER|AUDIENCE|LENGTH|SIZE)$/i

/** `postgres://user:password@host` */
const URL_WITH_PASSWORD = /\b[a-z][a-z\d+.-]*:\/\/[^\s/:@]*:[^\s/@]+@/i

/** Keys that their issuers begin with something of their own. */
const KNOWN_FORMS = [
  /\b(?:AKIA|ASIA)[A-Z\d]{16}\b/,
  /\bgh[opsu]_[A-Za-z\d]{36,}/,
  /\bxox[abprs]-[\w-]{10,}/,
  /\b[rs]k_(?:live|test)_[A-Za-z\d]{10,}/,
  /\bwhsec_[A-Za-z\d]{10,}/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/,
]

const LEAST_CHARACTERS = 20
/** Bits for each character, measured: words and names have less than 3.9, random text of 32 letters more than 4. */
const LEAST_BITS = 4

/** Addresses, ARNs, paths, lists and sentences are long and no secrets. */
const READABLE = /[\s/:,@{}[\]"]|\.[a-z]/

/** Why a variable looks like a secret; undefined where it does not. */
export function secretIn(name: string, value: string): string | undefined {
  if (value === '') return undefined
  if (value.includes('[secret]')) return 'holds a secret of the program'
  if (SECRET_NAME.test(name) && !ABOUT_A_SECRET.test(name)) return 'has the name of a secret'
  if (URL_WITH_PASSWORD.test(value)) return 'holds a URL with a password'
  if (KNOWN_FORMS.some(form => form.test(value))) return 'has the form of a key'
  if (
    value.length >= LEAST_CHARACTERS &&
    !READABLE.test(value) &&
    isMixed(value) &&
    bitsOf(value) >= LEAST_BITS
  )
    return `looks random (${bitsOf(value).toFixed(1)} bits a character)`
  return undefined
}

/** Letters and digits: names of things have mostly one of them. */
const isMixed = (value: string): boolean =>
  (value.match(/\d/g)?.length ?? 0) >= 3 && /[a-z]/i.test(value)

/** Entropy of Shannon. */
function bitsOf(value: string): number {
  const counts = Map.groupBy(value, character => character)
  return [...counts.values()].reduce((bits, { length }) => {
    const share = length / value.length
    return bits - share * Math.log2(share)
  }, 0)
}
