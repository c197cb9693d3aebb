import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'

// The reference for requests: a handler that answers, and nothing besides, in a process of its own as the server is.

const app = new Hono().get('/', (c) => c.json({ isAuthenticated: true }))
const port = Number(process.argv[2])
createServer(getRequestListener(app.fetch)).listen(port, '127.0.0.1', () => console.log('ready'))
