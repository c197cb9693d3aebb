import * as v from 'valibot'
import type { TestApi } from './test-api.ts'

const propertySchema = v.looseObject({ type: v.optional(v.string()) })
export type Property = v.InferOutput<typeof propertySchema>

const bodySchema = v.looseObject({
  properties: v.optional(v.record(v.string(), propertySchema), {}),
  required: v.optional(v.array(v.string()), []),
})

const operationSchema = v.object({
  operationId: v.string(),
  security: v.array(v.record(v.string(), v.array(v.string()))),
  requestBody: v.optional(
    v.object({ content: v.object({ 'application/json': v.optional(v.object({ schema: bodySchema })) }) }),
  ),
  parameters: v.optional(v.array(v.object({ name: v.string(), in: v.string() })), []),
  responses: v.record(v.string(), v.object({ description: v.string() })),
})

const documentSchema = v.object({
  openapi: v.literal('3.1.1'),
  paths: v.record(v.string(), v.record(v.string(), operationSchema)),
})

/** One operation of the document that the server serves. */
export type Operation = {
  readonly id: string
  readonly method: string
  /** With `{id}` in it. */
  readonly path: string
  readonly isOpen: boolean
  readonly body: v.InferOutput<typeof bodySchema> | undefined
  /** What it takes in the query of its address. */
  readonly query: readonly string[]
  readonly statuses: readonly string[]
}

export const readOperations = async (api: TestApi): Promise<readonly Operation[]> => {
  const document = v.parse(documentSchema, await (await api.ask('/openapi.json')).json())
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      id: operation.operationId,
      method: method.toUpperCase(),
      path,
      isOpen: operation.security.every((one) => Object.keys(one).length === 0) || operation.security.length > 1,
      body: operation.requestBody?.content['application/json']?.schema,
      query: operation.parameters.filter((one) => one.in === 'query').map(({ name }) => name),
      statuses: Object.keys(operation.responses),
    })),
  )
}
