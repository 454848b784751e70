/**
 * What every primitive, reflex and host call receives as `body`: the bot, the game data, time in ticks, sight within
 * the rule of the world, and a place to note what happened. It never moves time on behalf of a primitive: the run
 * that asked for the action does, so a primitive only ever awaits.
 *
 *   body.bot                  the unmodified mineflayer bot with the pathfinder plugin
 *   body.clock                virtual time: clock.now() in ms (setTimeout, Date and performance follow it)
 *   body.data, body.tags      minecraft-data of the game version; {logs: ['oak_log', ...], ...}
 *   body.names(name)          'oak_log', '#logs' or an array of these -> array of game names; throws unknown_name
 *   body.tick                 ticks since joining
 *   await body.ticks(n)       continues n game ticks later; throws once the action was stopped
 *   await body.until(test, n) true as soon as test() is truthy (asked now and after each tick), false after n ticks
 *   body.deadline(n)          {left, over, check()}: check() throws `timeout` when n ticks have passed
 *   body.everyTick(fn)        calls fn() after each tick; returns a function that ends it
 *   body.sight                find(), entities(), see sight.js
 *   body.events(kind, data)   notes something for the trace of the run; for the reader, never evidence
 *   body.signal, body.stopped of the action under way: aborted when the run ends or the bot dies
 *   body.random()             seeded chance, 0 <= x < 1 (the same generator as Math.random)
 */
'use strict'

const { EPOCH } = require('./clock')
const { PrimitiveError } = require('./errors')

class Body {
  constructor ({ bot, clock, driver, sight, data, tags }) {
    Object.assign(this, { bot, clock, driver, sight, data, tags })
    this.shared = this // views made by forAction() inherit it
    this.tick = 0
    this.joinedAt = clock.now()
    this.waiting = new Set()
    this.hooks = new Set()
    this.noted = []
    this.controller = new AbortController()
    this.underWay = new Set() // what mineflayer does for an action and nothing can stop
  }

  /** The same body as one action sees it: with its own stop signal, so that a stopped action stays stopped. */
  forAction () {
    const action = Object.create(this)
    action.controller = new AbortController()
    action.underWay = new Set()
    return action
  }

  get signal () { return this.controller.signal }
  get stopped () { return this.controller.signal.aborted }

  /** Ends the action: whatever it awaits through this object throws `reason`. */
  stop (reason) { this.controller.abort(reason) }

  /** Lets one game tick pass in body and world. Only the runner and the ops call it. */
  async step () {
    await this.driver.tick()
    this.shared.tick++
    for (const hook of [...this.hooks]) hook()
    for (const wait of [...this.waiting]) wait()
    await this.clock.real.hop()
  }

  ticks (count = 1) {
    if (!(count > 0)) return this.stopped ? Promise.reject(this.signal.reason) : Promise.resolve()
    const end = this.tick + count
    return this.wait(() => this.tick >= end)
  }

  async until (test, count) {
    if (test()) return true
    const end = this.tick + count
    let result = false
    await this.wait(() => (result = Boolean(test())) || this.tick >= end)
    return result
  }

  /** Resolves after the tick in which over() first holds; what over() throws, the waiting action receives. */
  wait (over) {
    if (this.stopped) return Promise.reject(this.signal.reason)
    const { promise, resolve, reject } = Promise.withResolvers()
    const look = () => {
      try {
        if (!over()) return
        settle(resolve)
      } catch (error) {
        settle(() => reject(error))
      }
    }
    const stop = () => settle(() => reject(this.signal.reason))
    const settle = finish => {
      this.waiting.delete(look)
      this.signal.removeEventListener('abort', stop)
      finish()
    }
    this.waiting.add(look)
    this.signal.addEventListener('abort', stop)
    return promise
  }

  deadline (count) {
    const body = this
    const end = this.tick + count
    return {
      get left () { return Math.max(0, end - body.tick) },
      get over () { return body.tick >= end },
      check (doing = 'this') {
        if (body.stopped) throw body.signal.reason
        if (body.tick < end) return
        throw new PrimitiveError('timeout', `${doing} took longer than ${count} ticks`, {
          value: { ticks: count },
          remedy: 'do it in smaller steps or from a better place'
        })
      }
    }
  }

  everyTick (hook) {
    this.hooks.add(hook)
    return () => this.hooks.delete(hook)
  }

  events (kind, data = {}) {
    this.noted.push({ tick: this.tick, kind, ...data })
    if (this.noted.length > 1000) this.noted.shift()
  }

  random () { return Math.random() }

  /** The date that programs see: a fixed moment when the bot joins, then game time. */
  date () { return EPOCH + this.clock.now() - this.joinedAt }

  names (name) {
    const list = Array.isArray(name) ? name : [name]
    const names = list.flatMap(one => {
      if (typeof one !== 'string') {
        throw new PrimitiveError('bad_argument', `a name must be a string, not ${JSON.stringify(one)}`, { value: one })
      }
      if (one.startsWith('#')) {
        const members = this.tags[one.slice(1)]
        if (members) return members
        throw new PrimitiveError('unknown_name', `there is no tag '${one}'`, {
          value: one, remedy: `tags: ${Object.keys(this.tags).map(tag => '#' + tag).join(' ')}`.slice(0, 600)
        })
      }
      const plain = one.replace(/^minecraft:/, '')
      const { itemsByName, blocksByName, entitiesByName } = this.data
      if (itemsByName[plain] || blocksByName[plain] || entitiesByName[plain]) return [plain]
      throw new PrimitiveError('unknown_name', `the game has nothing named '${plain}'`, {
        value: plain, remedy: `did you mean ${this.similar(plain).join(', ')}?`
      })
    })
    return [...new Set(names)]
  }

  /** The game names most like a wrong one: sharing words first, then by shared letters. */
  similar (name, limit = 4) {
    const words = new Set(name.toLowerCase().split(/[^a-z]+/).filter(Boolean))
    const pairs = text => new Set([...text].slice(1).map((letter, at) => text[at] + letter))
    const wanted = pairs(name.toLowerCase())
    const score = other => {
      const shared = other.split('_').filter(word => words.has(word)).length
      const own = pairs(other)
      const common = [...own].filter(pair => wanted.has(pair)).length
      return shared + 2 * common / (own.size + wanted.size)
    }
    const all = [...new Set([...Object.keys(this.data.itemsByName), ...Object.keys(this.data.blocksByName)])]
    return all.map(other => [score(other), other]).sort((a, b) => b[0] - a[0] || (a[1] < b[1] ? -1 : 1))
      .slice(0, limit).map(([, other]) => other)
  }
}

module.exports = { Body }
