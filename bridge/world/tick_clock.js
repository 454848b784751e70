'use strict'
/**
 * When the world steps. Two clocks, one interface {start(), stop(), ready()}:
 *
 * - lock-step: one step as soon as every lock-step player has asked for it (`journeyman:tick`), none otherwise;
 * - real: twenty steps a second, as any Minecraft server does; lock-step players are then acknowledged as they come.
 *
 * `keepAlive` says whether silence means that a player is gone: a world that stands still must not lose its players.
 *
 * The simulation itself never reads a clock; this file is the only one that does.
 */

const TICK_MS = 50
/** After a stall of more than this many ticks the real clock gives up catching up. */
const MAX_LAG = 40

class LockstepClock {
  constructor(world) {
    this.world = world
    this.keepAlive = false
  }

  start() {}

  stop() {}

  /** Called whenever a player asked for a tick or left. */
  ready() {
    const sessions = [...this.world.players.values()].map((player) => player.session).filter((one) => one.lockstep)
    if (!sessions.length || !sessions.every((session) => session.waiting)) return
    this.world.step()
    for (const session of sessions) session.acknowledge(this.world.tick)
  }
}

class RealClock {
  constructor(world) {
    this.world = world
    this.keepAlive = true
    this.timer = null
  }

  start() {
    let next = performance.now() + TICK_MS
    this.timer = setInterval(() => {
      const now = performance.now()
      if (now - next > MAX_LAG * TICK_MS) next = now
      for (; next <= now; next += TICK_MS) this.#step()
    }, TICK_MS / 5)
  }

  #step() {
    this.world.step()
    for (const { session } of this.world.players.values()) if (session.waiting) session.acknowledge(this.world.tick)
  }

  stop() {
    clearInterval(this.timer)
  }

  ready() {}
}

const CLOCKS = { lockstep: LockstepClock, real: RealClock }

module.exports = { CLOCKS }
