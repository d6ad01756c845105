import type { Hono } from 'hono'
import { appHandle } from '../http/app-handle.ts'
import type { AppEnv } from '../http/http.ts'
import type { HttpServer } from '../http/server.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { Log } from './log.ts'
import type { AnyManifest } from '../manifest.ts'
import { addProbes } from './probes.ts'

export interface Served {
  app: Hono<AppEnv>
  manifest: AnyManifest
  lifecycle: Lifecycle
  log: Log
  version: string
  /** Of the platform. */
  publicUrl: string
  /** Whether telemetry wants to know which route answered. */
  labelsRoutes: boolean
}

/** Lets a server that listens answer with an app, and with what every service answers to whoever runs it. */
export function serveApp(http: HttpServer, served: Served): void {
  const { app, manifest, lifecycle, log, version, publicUrl, labelsRoutes } = served
  addProbes(app, manifest, lifecycle, version, publicUrl)
  http.serve(appHandle(app, log, labelsRoutes))
}
