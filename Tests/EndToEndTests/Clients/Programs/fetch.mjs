// Node's fetch: node fetch.mjs HTTP-BASE HTTPS-BASE
import { createHash } from 'node:crypto'
import https from 'node:https'
import http from 'node:http'

const say = (name, status, type, body) =>
    console.log(name, status, type, body.length, createHash('sha256').update(body).digest('hex'))

async function ask(name, url, options) {
    const answer = await fetch(url, options)
    say(name, answer.status, answer.headers.get('content-type'), Buffer.from(await answer.arrayBuffer()))
}

for (const base of process.argv.slice(2)) {
    for (const path of ['/text', '/gzip', '/chunked', '/large', '/redirect', '/counter', '/counter', '/missing?q=%C3%A4'])
        await ask(path, base + path)
    await ask('head', base + '/text', { method: 'HEAD' })
    await ask('upload', base + '/upload', { method: 'PUT', body: Buffer.alloc(5_000_000, 'n') })
    await ask('json', base + '/upload', { method: 'POST', body: JSON.stringify({ title: 'Ω' }), headers: { 'Content-Type': 'application/json' } })
    // In chunks, as its length is not known.
    const stream = new ReadableStream({
        start(controller) { for (let n = 0; n < 20; n++) controller.enqueue(Buffer.alloc(10_000, String(n % 10))); controller.close() },
    })
    await ask('stream', base + '/upload?by=stream', { method: 'POST', body: stream, duplex: 'half' })
    await Promise.all(Array.from({ length: 10 }, (_, n) => fetch(`${base}/missing?n=${n}`).then(a => a.text())))
        .then(bodies => console.log(bodies.join('')))
    // The older interface, whose agent reads the variables too since Node 24.
    await new Promise((done, fail) => {
        (base.startsWith('https') ? https : http).get(base + '/text?by=http', answer => {
            const parts = []
            answer.on('data', part => parts.push(part)).on('end', () => {
                say('http.get', answer.statusCode, answer.headers['content-type'], Buffer.concat(parts))
                done()
            })
        }).on('error', fail)
    })
}
