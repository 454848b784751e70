/**
 * How game ticks pass. Lock-step: the body lives one tick, tells the world, and waits until the world has lived its
 * own; nothing else moves time, and packets that come in between wait for the next tick, so that a run repeats
 * exactly. Real time: for servers that know nothing of lock-step, a tick passes every 50 real milliseconds. Both may be
 * slowed down to be watched; the simulation cannot tell.
 */
'use strict'

const { PrimitiveError } = require('./errors')
const { plainWords } = require('./server_words')

const CHANNEL = 'journeyman:tick'
const TICK_MS = 50
/** Real time that the world may take for one tick before it counts as lost. */
const WORLD_PATIENCE_MS = 30_000
/** After a stall longer than this a server has gone on without us: what was missed is not made up for. */
const MAX_LAG_MS = 2_000

/** A slow tick is made up for by quicker ones; being later than this is a rest, or all that the processor can do. */
const MAKE_UP_MS = 100

/** Waits in real time so that ticks come at most `speed` times as fast as in the game. Never moves virtual time. */
class Pace {
  constructor (real, speed) {
    this.real = real
    this.tickMs = TICK_MS / speed
    this.next = real.now()
  }

  async wait () {
    const now = this.real.now()
    if (now < this.next) await new Promise(resolve => this.real.setTimeout(resolve, this.next - now))
    else if (now - this.next > MAKE_UP_MS) this.next = now
    this.next += this.tickMs
  }
}

/** Ticks body and world in turn. Create it before the login packet arrives: it holds back everything after that. */
class Lockstep {
  constructor (clock, client) {
    this.clock = clock
    this.client = client
    this.pace = null
    this.worldTick = null
    this.lost = null
    this.answered = null
    client.once('login', () => client.deserializer.pause())
    client.on('custom_payload', packet => {
      if (packet.channel !== CHANNEL) return
      client.deserializer.pause()
      this.worldTick = packet.data.readUInt32BE(0)
      this.answered?.resolve()
    })
    client.on('end', reason => this.lose(`the world closed the connection (${reason})`))
    client.on('error', error => this.lose(`the connection to the world failed: ${error.message}`))
  }

  lose (message) {
    this.lost ??= new PrimitiveError('lost', message, { remedy: 'join again' })
    this.answered?.reject(this.lost)
  }

  /** From now on at most `speed` times real time, for people who watch. */
  slowTo (speed) { this.pace = new Pace(this.clock.real, speed) }

  /** One game tick: due timers, then the world's answer, then everything that follows from it. */
  async tick () {
    if (this.lost) throw this.lost
    await this.pace?.wait()
    await this.clock.advance(TICK_MS)
    if (this.lost) throw this.lost // the connection ended meanwhile: nobody is left to answer
    this.answered = Promise.withResolvers()
    const patience = this.clock.real.setTimeout(() => this.lose('the world did not answer a tick'), WORLD_PATIENCE_MS)
    this.client.deserializer.resume()
    this.client.write('custom_payload', { channel: CHANNEL, data: Buffer.alloc(0) })
    try {
      await this.answered.promise
    } finally {
      this.clock.real.clearTimeout(patience)
      this.answered = null
    }
    await this.clock.real.hop()
  }
}

/** Ticks by the real clock. Time also passes between runs: a foreign server does not wait. */
class RealTime {
  /** @param {function(): object} language  gives the game's words by translation key, for what the server says */
  constructor (clock, client, language = () => ({})) {
    this.clock = clock
    this.lost = null
    this.waiting = []
    this.behind = clock.real.now()
    this.timer = clock.real.setInterval(() => this.catchUp(), TICK_MS / 2)
    const lose = message => {
      clock.real.clearInterval(this.timer)
      this.lost ??= new PrimitiveError('lost', message, { remedy: 'join again' })
      for (const { reject } of this.waiting.splice(0)) reject(this.lost)
    }
    client.on('kick_disconnect', ({ reason }) => lose(`the server says: ${plainWords(reason, language())}`))
    // A message that cannot be read costs that message: servers with plugins send such. What is fatal ends the connection.
    let trouble = null
    client.on('error', error => { trouble = error.message })
    client.on('end', reason => lose(`the server closed the connection (${trouble ?? reason})`))
  }

  async catchUp () {
    if (this.busy) return
    this.busy = true
    this.behind = Math.max(this.behind, this.clock.real.now() - MAX_LAG_MS)
    while (this.clock.real.now() - this.behind >= TICK_MS) {
      this.behind += TICK_MS
      await this.clock.advance(TICK_MS)
      for (const { resolve } of this.waiting.splice(0)) resolve()
    }
    this.busy = false
  }

  async tick () {
    if (this.lost) throw this.lost
    const next = Promise.withResolvers()
    this.waiting.push(next)
    await next.promise
    await this.clock.real.hop()
  }
}

module.exports = { Lockstep, RealTime, CHANNEL, TICK_MS }
