import {
  context,
  metrics,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import type { RequestContext } from '../http/request-context.ts'

export interface RequestOutcome {
  method: string
  status: number
  durationMs: number
}

export interface Telemetry {
  /** Opens the server span; the request's `traceparent` becomes that of the span. */
  onRequest: (request: RequestContext, method: string) => void
  onResponse: (request: RequestContext, outcome: RequestOutcome) => void
  close: () => Promise<void>
}

/**
 * Traces and metrics over OTLP/HTTP. The SDK is loaded only when an endpoint is set: without one a request pays
 * nothing and the process is smaller.
 */
export async function startTelemetry(
  service: string,
  version: string,
  endpoint: string | undefined,
): Promise<Telemetry | undefined> {
  if (endpoint === undefined) return undefined
  const close = await startSdk(service, version, endpoint)
  const requests = metrics.getMeter(service).createHistogram('http.server.request.duration', {
    unit: 's',
    description: 'Duration of requests by route and status',
    advice: { explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] },
  })
  const tracer = trace.getTracer(service)
  const spans = new WeakMap<RequestContext, Span>()
  return {
    onRequest: (request, method) => {
      const span = tracer.startSpan(method, { kind: SpanKind.SERVER }, parentOf(request))
      const { traceId, spanId, traceFlags } = span.spanContext()
      request.traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`
      spans.set(request, span)
    },
    onResponse: (request, { method, status, durationMs }) => {
      const attributes = {
        'http.request.method': method,
        'http.route': request.route ?? 'unmatched',
        'http.response.status_code': status,
      }
      requests.record(durationMs / 1000, attributes)
      const span = spans.get(request)
      span?.updateName(`${method} ${attributes['http.route']}`)
      span?.setAttributes({ ...attributes, 'app.request_id': request.requestId })
      if (status >= 500) span?.setStatus({ code: SpanStatusCode.ERROR })
      span?.end()
    },
    close,
  }
}

/** With its retries; the last export must fit the time that a service has to stop. */
const EXPORT_TIMEOUT_MS = 2_000

async function startSdk(
  service: string,
  version: string,
  endpoint: string,
): Promise<() => Promise<void>> {
  const { NodeSDK } = await import('@opentelemetry/sdk-node')
  const { PeriodicExportingMetricReader } = await import('@opentelemetry/sdk-metrics')
  const { resourceFromAttributes } = await import('@opentelemetry/resources')
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http')
  const { OTLPMetricExporter } = await import('@opentelemetry/exporter-metrics-otlp-http')
  const sdk = new NodeSDK({
    autoDetectResources: false,
    resource: resourceFromAttributes({ 'service.name': service, 'service.version': version }),
    traceExporter: new OTLPTraceExporter({
      url: `${endpoint}/v1/traces`,
      timeoutMillis: EXPORT_TIMEOUT_MS,
    }),
    metricReaders: [
      new PeriodicExportingMetricReader({
        exporter: new OTLPMetricExporter({
          url: `${endpoint}/v1/metrics`,
          timeoutMillis: EXPORT_TIMEOUT_MS,
        }),
        exportIntervalMillis: 15_000,
      }),
    ],
    instrumentations: [],
  })
  sdk.start()
  return async () => {
    await sdk.shutdown()
    for (const api of [trace, metrics, propagation, context]) api.disable()
  }
}

/** The caller's span, when it sent one. */
function parentOf({ traceparent }: RequestContext) {
  if (traceparent === undefined) return ROOT_CONTEXT
  const [, traceId = '', spanId = '', flags = '00'] = traceparent.split('-')
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
  })
}
