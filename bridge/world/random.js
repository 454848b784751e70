'use strict'
/**
 * Seeded chance: the only source of randomness in the world.
 *
 * A `Random` is an sfc32 generator whose whole state is four integers, so that a saved world goes on exactly like one
 * that never stopped. `hash` and `hash01` give the same number for the same place at any time, in any order.
 * Nothing here reads a clock or the operating system's randomness.
 */

const TWO_32 = 4294967296

/** A well mixed unsigned 32-bit hash of a seed and up to three integers (a place, an index). */
function hash(seed, a = 0, b = 0, c = 0) {
  let h = (seed ^ 0x9e3779b9) | 0
  h = Math.imul(h ^ a, 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 15) ^ b, 0xc2b2ae35)
  h = Math.imul(h ^ (h >>> 13) ^ c, 0x27d4eb2f)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** The same as a fraction in [0, 1). */
function hash01(seed, a, b, c) {
  return hash(seed, a, b, c) / TWO_32
}

/** A 32-bit number for a name (FNV-1a): lets generators be forked by what they are for. */
function hashName(name) {
  let h = 0x811c9dc5
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193)
  return h >>> 0
}

/** A seeded generator of numbers. */
class Random {
  /** @param {number} seed any integer */
  constructor(seed) {
    this.reseed(seed)
  }

  /** Start again from a seed; lets one object serve many columns without allocation. */
  reseed(seed) {
    this.a = hash(seed, 1)
    this.b = hash(seed, 2)
    this.c = Math.floor(seed / TWO_32) | 0
    this.d = 1
    for (let i = 0; i < 12; i++) this.bits()
    return this
  }

  /** 32 random bits as an unsigned integer. */
  bits() {
    const t = (((this.a + this.b) | 0) + this.d) | 0
    this.d = (this.d + 1) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = (((this.c << 21) | (this.c >>> 11)) + t) | 0
    return t >>> 0
  }

  /** A fraction in [0, 1). */
  next() {
    return this.bits() / TWO_32
  }

  /** An integer in [0, n). */
  int(n) {
    return Math.floor(this.next() * n)
  }

  /** An integer in [low, high], both included. */
  range(low, high) {
    return low + this.int(high - low + 1)
  }

  /** True with probability p. */
  chance(p) {
    return this.next() < p
  }

  /** One element of a list (undefined for an empty one). */
  pick(list) {
    return list[this.int(list.length)]
  }

  /** A new generator for a named purpose; it depends on the state now and moves this one on by one number. */
  fork(name) {
    return new Random(hash(this.bits(), hashName(name)))
  }

  /** The whole state as plain JSON. */
  state() {
    return [this.a, this.b, this.c, this.d]
  }

  /** Continue from a state that `state()` gave. */
  restore(state) {
    if (!Array.isArray(state) || state.length !== 4 || !state.every(Number.isInteger)) {
      throw new TypeError(`a random state is four integers, not ${JSON.stringify(state)}`)
    }
    this.a = state[0] | 0
    this.b = state[1] | 0
    this.c = state[2] | 0
    this.d = state[3] | 0
    return this
  }
}

module.exports = { Random, hash, hash01 }
