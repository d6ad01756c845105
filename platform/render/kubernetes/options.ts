import { parseArgs } from 'node:util'
import { UsageError } from '../target.ts'

/** Who moves money: nobody, or Stripe. */
const PAYMENTS = ['stripe', 'sandbox'] as const

/** What a cluster is told of the shop. */
export interface KubernetesOptions {
  namespace: string
  /** Images are `PREFIX/SERVICE:TAG`. */
  imagePrefix: string
  /** Of every image. Undefined: a hash of what the image is built from, for each. */
  tag: string | undefined
  /** What clients see: scheme, host and port. */
  publicUrl: string
  /** The Gateway that the routes hang on. */
  gateway: { namespace: string; name: string }
  /** Where the pods run that the Gateway's requests come from. */
  proxies: string
  payments: (typeof PAYMENTS)[number]
}

export const USAGE = `--namespace NAME --image-prefix PREFIX [OPTION]...
      --namespace     of the shop alone, such as shop
      --image-prefix  what stands before the services' names, such as registry.example.com/shop
      --tag           of every image; a hash of what each is built from by default
      --public-url    what clients see; http://NAMESPACE.localhost by default
      --gateway       NAMESPACE/NAME of the Gateway; gateway/gateway by default
      --proxies       namespace of the pods that its requests come from; that of the Gateway by default
      --payments      stripe or sandbox, which moves no money; stripe by default`

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
const LABEL_ALLOWED = '1 to 63 lower-case letters, digits or dashes, no dash at either end'
/** A registry's host and port, and lower-case parts. Source: the OCI distribution specification. */
const PREFIX =
  /^([A-Za-z0-9.-]+(:\d+)?\/)?[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/
const TAG = /^\w[\w.-]{0,127}$/

/** @throws {UsageError} with every problem; a TypeError of `parseArgs` for an option that does not exist */
export function optionsOf(args: string[]): KubernetesOptions {
  const { values } = parseArgs({
    args,
    options: {
      namespace: { type: 'string' },
      'image-prefix': { type: 'string' },
      tag: { type: 'string' },
      'public-url': { type: 'string' },
      gateway: { type: 'string', default: 'gateway/gateway' },
      proxies: { type: 'string' },
      payments: { type: 'string', default: 'stripe' },
    },
  })
  const problems: string[] = []
  const check = (option: string, value: string | undefined, shape: RegExp, allowed: string) => {
    if (value === undefined) problems.push(`--${option} is missing; give ${allowed}`)
    else if (!shape.test(value)) problems.push(`--${option} ${value}: must be ${allowed}`)
    return value ?? ''
  }
  const namespace = check('namespace', values.namespace, LABEL, LABEL_ALLOWED)
  const imagePrefix = check(
    'image-prefix',
    values['image-prefix'],
    PREFIX,
    'a repository without a tag and without a slash at the end, such as registry.example.com/shop',
  )
  if (values.tag !== undefined)
    check('tag', values.tag, TAG, '1 to 128 letters, digits, dots, dashes or underscores')
  const [gatewayNamespace = '', name = '', ...more] = values.gateway.split('/')
  if (more.length > 0 || !LABEL.test(gatewayNamespace) || !LABEL.test(name))
    problems.push(`--gateway ${values.gateway}: must be NAMESPACE/NAME, each ${LABEL_ALLOWED}`)
  const proxies = check('proxies', values.proxies ?? gatewayNamespace, LABEL, LABEL_ALLOWED)
  const publicUrl = values['public-url'] ?? `http://${namespace}.localhost`
  if (values['public-url'] !== undefined && !isOrigin(publicUrl))
    problems.push(
      `--public-url ${publicUrl}: must be scheme and host alone, such as https://shop.example.com`,
    )
  const payments = PAYMENTS.find(kind => kind === values.payments)
  if (!payments)
    problems.push(`--payments ${values.payments}: must be one of ${PAYMENTS.join(', ')}`)
  if (problems.length > 0 || !payments) throw new UsageError(problems.join('\n'))
  return {
    namespace,
    imagePrefix,
    tag: values.tag,
    publicUrl,
    gateway: { namespace: gatewayNamespace, name },
    proxies,
    payments,
  }
}

/** A route's host takes no port and no address. */
function isOrigin(text: string): boolean {
  const url = URL.parse(text)
  return (
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.origin === text &&
    /^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(url.hostname) &&
    !/^[\d.]+$/.test(url.hostname)
  )
}
