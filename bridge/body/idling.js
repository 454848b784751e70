/**
 * What the body does between programs on a server that does not wait: it lives on, and its reflexes keep it alive
 * (fight or flee, eat, come up for air). It begins nothing of its own, and gives way to the next request within a
 * second. In lock-step there is nothing to do: time stands still.
 */
'use strict'

const { rest } = require('./bot')
const { PrimitiveError } = require('./errors')

/** Ticks that a reflex gets to end by itself once it was stopped. */
const GRACE_TICKS = 20

/** Lives from its making until end(). Nothing else may let time pass meanwhile. */
class Idling {
  constructor (body) {
    this.body = body
    this.ending = false
    this.action = null
    this.over = this.live()
  }

  /** Lets go of everything; resolves when time no longer passes here. */
  async end () {
    this.ending = true
    this.action?.stop(new PrimitiveError('interrupted', 'a program begins'))
    await this.over
  }

  async live () {
    const { body } = this
    try {
      while (!this.ending) {
        await body.step()
        if (!this.ending && body.bot.isAlive && body.reflexes.urgent(body)) await this.attend()
      }
    } catch (error) {
      // A lost connection is told to whoever asks next; anything else ends the idling, not the body.
      if (!body.driver.lost) console.warn(`idling ended: ${error.stack}`)
    }
  }

  async attend () {
    const { body } = this
    const action = this.action = body.forAction()
    const onDeath = () => action.stop(new PrimitiveError('died', 'the bot died'))
    body.bot.once('death', onDeath)
    let settled = false
    const end = () => { settled = true }
    body.reflexes.attend(action).then(end, end) // a reflex that was stopped ends by throwing
    try {
      for (let grace = 0; !settled && grace < GRACE_TICKS; grace += action.stopped ? 1 : 0) await body.step()
    } finally {
      body.bot.off('death', onDeath)
      this.action = null
      if (!body.driver.lost) rest(body.bot)
    }
  }
}

module.exports = { Idling }
