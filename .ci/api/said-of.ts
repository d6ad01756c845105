import type { Difference } from './api-changes.ts'

type Path = readonly (string | number)[]

/** A difference in words; undefined for one that follows from another, such as the name behind a `$ref`. */
export function saidOf({ action, path, before, after }: Difference): string | undefined {
  const rest = path.slice(3)
  if (rest.length === 0) return action === 'add' ? 'added' : 'removed'
  if (rest.includes('$ref')) return undefined
  const { place, inside } = placeOf(rest, before, after)
  const { field, keyword } = fieldOf(inside)
  const where = [place, field && `'${field}'`].filter(part => part !== '').join(': ')
  if (keyword === undefined) return `${where} ${VERBS[action] ?? action}`
  if (keyword === 'required' && inside.length > 0 && typeof (before ?? after) === 'string') {
    const owner = field === '' ? '' : `${field}.`
    const name = `${place}: '${owner}${String(before ?? after)}'`
    return action === 'remove' ? `${name} is not in every one any more` : `${name} is now required`
  }
  const values = `${written(before)} -> ${written(after)}`
  return `${where} ${keyword}: ${values}`
}

const VERBS: Record<string, string> = {
  add: 'added',
  remove: 'removed',
  replace: 'changed',
  rename: 'renamed',
}

/** `answer 200`, `body`, `query parameter 'limit'`, and the path inside its schema. */
function placeOf(path: Path, before: unknown, after: unknown): { place: string; inside: Path } {
  const [section, key, ...rest] = path
  const schema = path.indexOf('schema')
  const inside = schema < 0 ? [] : path.slice(schema + 1)
  if (section === 'responses') {
    const header = rest[0] === 'headers' ? ` header '${rest[1]}'` : ''
    const place = `answer ${key ?? ''}${header}`.trim()
    return {
      place: schema < 0 && rest.length > 1 && !header ? `${place} ${tail(rest)}` : place,
      inside,
    }
  }
  if (section === 'requestBody')
    return {
      place: schema < 0 && key !== undefined ? `body ${tail([key, ...rest])}` : 'body',
      inside,
    }
  if (section === 'parameters') {
    const given = (before ?? after) as { name?: string; in?: string } | undefined
    const name = rest.length === 0 ? `${given?.in} parameter '${given?.name}'` : String(key)
    return { place: schema < 0 && rest.length > 0 ? `${name} ${tail(rest)}` : name, inside }
  }
  return { place: tail(path), inside: [] }
}

const tail = (path: Path): string => path.filter(part => typeof part === 'string').join(' ')

/** `items[].note`, and the keyword of JSON Schema that differs in it; none where the whole property does. */
function fieldOf(inside: Path): { field: string; keyword: string | undefined } {
  let field = ''
  for (let at = 0; at < inside.length; at++) {
    const part = inside[at]
    if (part === 'properties') field += `${field === '' ? '' : '.'}${inside[++at]}`
    else if (part === 'items' && at < inside.length - 1) field += '[]'
    else if ((part === 'anyOf' || part === 'oneOf' || part === 'allOf') && at + 2 < inside.length)
      at++
    else return { field, keyword: String(part) }
  }
  return { field, keyword: undefined }
}

const MAX_LENGTH = 60

function written(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text
}
