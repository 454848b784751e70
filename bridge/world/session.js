'use strict'
/**
 * One connection: what is sent to a client and when, and what it sent that has not been acted on yet.
 *
 * Outgoing messages are put together and written in one piece. A client in lock-step gets them with the end of the
 * tick, and its own messages wait for the next tick, so that the order of things never depends on how fast either
 * process runs. Other clients are answered at once. Knows nothing of the game.
 */

const TICK_CHANNEL = 'journeyman:tick'
/** More unanswered messages than this and the client is broken or hostile. */
const INBOX_LIMIT = 10_000

/** Length prefix of a frame, as the protocol's variable-length integer. */
function varint(value) {
  const bytes = []
  while (value > 127) {
    bytes.push((value & 127) | 128)
    value >>>= 7
  }
  bytes.push(value)
  return Buffer.from(bytes)
}

class Session {
  /** @param client  a minecraft-protocol client in the play state */
  constructor(client) {
    this.client = client
    this.lockstep = false
    this.waiting = false // has asked for the next tick
    this.closed = false
    this.inbox = []
    this.outbox = []
    this.flushPlanned = false
  }

  /** Queue a message to the client. */
  send(name, params) {
    if (this.closed) return
    const packet = this.client.serializer.createPacketBuffer({ name, params })
    this.outbox.push(varint(packet.length), packet)
    if (this.lockstep || this.flushPlanned) return
    this.flushPlanned = true
    setImmediate(() => {
      this.flushPlanned = false
      this.flush()
    })
  }

  /** Write everything queued, in one piece. */
  flush() {
    if (this.closed || !this.outbox.length) return
    const bytes = Buffer.concat(this.outbox)
    this.outbox.length = 0
    this.client.socket.write(bytes)
  }

  /** Tell a client in lock-step that tick `tick` is over; everything queued before arrives first. */
  acknowledge(tick) {
    const data = Buffer.alloc(4)
    data.writeUInt32BE(tick >>> 0)
    this.waiting = false
    this.send('custom_payload', { channel: TICK_CHANNEL, data })
    this.flush()
  }

  /** Keep a message of a lock-step client for the next tick. */
  hold(name, params) {
    this.inbox.push([name, params])
    if (this.inbox.length > INBOX_LIMIT) this.close('too many messages within one tick')
  }

  /** The messages held since the last tick, in order. */
  takeInbox() {
    const messages = this.inbox
    this.inbox = []
    return messages
  }

  /** End the connection, with a reason that the client is shown. */
  close(reason) {
    if (this.closed) return
    this.flush()
    this.closed = true
    this.client.end(reason)
  }
}

module.exports = { Session, TICK_CHANNEL }
