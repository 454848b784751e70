/**
 * Virtual time for one process. Once installed, setTimeout, setInterval, Date and performance.now follow a counter
 * that moves only when advance() is called, so mineflayer's physics and timeouts run as fast as the processor allows
 * and the same way every time. Must be installed before mineflayer loads, because that keeps references to timers.
 * It never touches setImmediate, sockets or the timers that were created before; real time stays reachable through
 * `clock.real` for watchdogs alone.
 */
'use strict'

const timers = require('node:timers')
const timersPromises = require('node:timers/promises')

/** Date.now() when the clock stands at 0: a fixed moment, so that no date differs between two runs. */
const EPOCH = Date.UTC(2024, 0, 1)

/**
 * What one call of performance.now() costs, in virtual milliseconds. The pathfinder asks twice for each node that it
 * expands and stops when 40 ms are used up: its time budget becomes an effort budget of 3,000 nodes a tick.
 */
const COST_OF_A_LOOK = 40 / 6000

/** Handle of a virtual timer, with the methods that Node's own handles have. */
class Timer {
  constructor (clock, callback, delay, args, repeat) {
    Object.assign(this, { clock, callback, delay, args, repeat, due: clock.time + delay, order: ++clock.created })
  }

  ref () { return this }
  unref () { return this }
  hasRef () { return true }
  close () { this.clock.cancel(this); return this }

  refresh () {
    this.clock.cancel(this)
    this.due = this.clock.time + this.delay
    this.clock.queue(this)
    return this
  }

  [Symbol.toPrimitive] () { return this.order }
  [Symbol.dispose] () { this.close() }
}

class Clock {
  constructor () {
    this.time = 0
    this.created = 0
    this.looks = 0
    this.waiting = [] // sorted by due time, then by creation
    this.real = {
      setTimeout: globalThis.setTimeout,
      clearTimeout: globalThis.clearTimeout,
      setInterval: globalThis.setInterval,
      clearInterval: globalThis.clearInterval,
      now: performance.now.bind(performance),
      /** Continues once everything that is ready now (microtasks, nextTicks, immediates) has run. */
      hop: () => new Promise(resolve => setImmediate(resolve))
    }
  }

  /** Virtual milliseconds since the start, without the cost of looking. */
  now () { return this.time }

  /** Moves time forward, firing each due timer at its exact time; what it triggers settles before the next fires. */
  async advance (ms) {
    const end = this.time + ms
    while (this.waiting.length > 0 && this.waiting[0].due <= end) {
      const timer = this.waiting.shift()
      this.time = Math.max(this.time, timer.due)
      this.looks = 0
      if (timer.repeat) {
        timer.due = this.time + timer.delay
        timer.order = ++this.created
        this.queue(timer)
      }
      timer.callback(...timer.args)
      await this.real.hop()
    }
    this.time = end
    this.looks = 0
  }

  queue (timer) {
    let at = this.waiting.length
    while (at > 0 && comesAfter(this.waiting[at - 1], timer)) at--
    this.waiting.splice(at, 0, timer)
  }

  cancel (timer) {
    const at = this.waiting.findIndex(other => other === timer || other.order === timer)
    if (at >= 0) this.waiting.splice(at, 1)
  }

  start (callback, ms, args, repeat) {
    if (typeof callback !== 'function') throw new TypeError('the callback of a timer must be a function')
    const timer = new Timer(this, callback, Math.max(1, Math.trunc(Number(ms)) || 1), args, repeat)
    this.queue(timer)
    return timer
  }

  /** Replaces the process's timers and clocks by this one, for good. */
  install () {
    const start = {
      setTimeout: (callback, ms, ...args) => this.start(callback, ms, args, false),
      setInterval: (callback, ms, ...args) => this.start(callback, ms, args, true),
      clearTimeout: timer => this.clear(timer, this.real.clearTimeout),
      clearInterval: timer => this.clear(timer, this.real.clearInterval)
    }
    const sleep = (ms, value) => new Promise(resolve => this.start(() => resolve(value), ms, [], false))
    start.setTimeout[require('node:util').promisify.custom] = sleep
    Object.assign(globalThis, start)
    Object.assign(timers, start)
    timersPromises.setTimeout = sleep
    const now = () => this.time + this.looks++ * COST_OF_A_LOOK
    Object.defineProperty(performance, 'now', { value: now, configurable: true, writable: true })
    const clock = this
    const RealDate = Date
    globalThis.Date = class Date extends RealDate {
      constructor (...args) {
        if (args.length > 0) super(...args)
        else super(EPOCH + clock.time)
      }

      static now () { return EPOCH + clock.time }
    }
    return this
  }

  /** Handles created before install() belong to the process's own timers. */
  clear (timer, clearReal) {
    if (timer === undefined || timer === null) return
    if (timer instanceof Timer || typeof timer !== 'object') this.cancel(timer)
    else clearReal(timer)
  }
}

function comesAfter (one, other) {
  return one.due > other.due || (one.due === other.due && one.order > other.order)
}

/** Makes Math.random a generator (mulberry32) that starts from `seed`. */
function seedRandom (seed) {
  let state = seed >>> 0
  Math.random = () => {
    state = (state + 0x6D2B79F5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

module.exports = { Clock, COST_OF_A_LOOK, EPOCH, seedRandom }
