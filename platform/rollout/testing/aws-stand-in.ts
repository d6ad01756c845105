import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An error as AWS answers it. */
export interface Fault {
  name: string
  message: string
  /** How many calls it meets. @default all */
  times?: number
}

export interface StandIn extends AsyncDisposable {
  endpoint: string
  /** Meets the calls from now on. */
  fault: Fault | undefined
}

/** What answers: one service's world, or several. */
export interface Answering {
  /** @throws {AwsError} to answer with an error of AWS */
  answer: (operation: string, input: Record<string, unknown>) => object
}

export class AwsError extends Error {
  constructor({ name, message }: Fault) {
    super(message)
    this.name = name
  }
}

/** Answers over HTTP in the protocol JSON 1.1, as ECS, CloudWatch Logs and CloudWatch do. */
export async function awsStandIn(world: Answering): Promise<StandIn> {
  const standIn = { fault: undefined as Fault | undefined }
  const server = createServer((request, response) => {
    void respond(request, response)
  })
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? ''
    const { status, answer } = reply(standIn, world, operation, await body(request))
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
    response.end(JSON.stringify(answer))
  }
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return Object.assign(standIn, {
    endpoint: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => {
        server.close(resolve)
      })
    },
  })
}

function reply(
  standIn: { fault: Fault | undefined },
  world: Answering,
  operation: string,
  text: string,
): { status: number; answer: object } {
  const { fault } = standIn
  if (fault && (fault.times ?? 1) > 0) {
    if (fault.times !== undefined) fault.times -= 1
    return { status: 400, answer: { __type: fault.name, message: fault.message } }
  }
  try {
    return { status: 200, answer: world.answer(operation, JSON.parse(text) as never) }
  } catch (error) {
    const { name, message } =
      error instanceof AwsError ? error : { name: 'StandInException', message: String(error) }
    return { status: 400, answer: { __type: name, message } }
  }
}

async function body(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
