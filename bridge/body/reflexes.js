/**
 * What the body does without being told, between and inside the steps of a primitive: comes up for air, leaves lava,
 * digs itself out, fights or flees what attacks, eats, wears better armour. It keeps the bot alive; it never gathers,
 * travels or decides what to do next. Every reflex is noted as an event of the run and costs the program nothing but
 * game time.
 *
 * A primitive asks `urgent(body)` every tick it waits and, when that is true, lets go of what it does, awaits
 * `attend(body)` and takes it up again. So a reflex never acts at the same time as a primitive, and a run repeats
 * exactly.
 */
'use strict'

const { fight, flee, sees, strength, HOSTILE, SHOOTS, EXPLODES } = require('./combat')
const { dig } = require('./digging')
const { meal, eatOne, FULL } = require('./eating')
const { hold } = require('./inventory')
const { eyesOf } = require('./navigation')
const { worth } = require('./worth')

const HUNGRY = 14
const HURT = 12
const WEAK = 7
const SHORT_OF_AIR = 8
const MELEE_RANGE = 5
const SHOOTING_RANGE = 10
const BLAST_RANGE = 6
/** A threat that a whole reflex could not settle is left alone for this long. */
const IGNORED_TICKS = 120
const REFLEX_TICKS = 300
const SLOTS = { helmet: ['head', 5], chestplate: ['torso', 6], leggings: ['legs', 7], boots: ['feet', 8] }

/** Whether the bot suffocates: gravel fell on it, or a block was put where it stands. Asked only once that has hurt. */
function buried (body) {
  if (body.bot.health >= 20) return false
  const block = body.bot.blockAt(eyesOf(body).floored(), false)
  return block?.boundingBox === 'block' && !block.transparent && block.diggable
}

class Reflexes {
  constructor () {
    this.busy = false
    this.ignored = new Map() // entity id -> tick until which it is left alone
    this.mealFailedAt = -Infinity
    this.dressed = null // what the inventory was when armour was last looked through
  }

  /** The name of what cannot wait, or null. Cheap: asked every tick. */
  urgent (body) {
    const { bot } = body
    if (this.busy || !bot.entity || bot.health <= 0) return null
    if (bot.entity.isInLava) return 'lava'
    if (bot.entity.isInWater && bot.oxygenLevel !== undefined && bot.oxygenLevel <= SHORT_OF_AIR) return 'air'
    if (buried(body)) return 'buried'
    if (this.threat(body)) return 'threat'
    if (this.wantsMeal(body)) return 'food'
    return null
  }

  /** Deals with everything that is due; at once when nothing is. */
  async attend (body) {
    if (this.busy) return
    this.busy = true
    try {
      await this.dress(body)
      for (let round = 0; round < 6; round++) {
        this.busy = false
        const need = this.urgent(body)
        this.busy = true
        if (!need) return
        body.bot.pathfinder.setGoal(null)
        if (need === 'lava' || need === 'air') await this.surface(body, need)
        else if (need === 'buried') await this.digOut(body)
        else if (need === 'threat') await this.defend(body, this.threat(body))
        else await this.eat(body)
      }
    } finally {
      this.busy = false
    }
  }

  /** The nearest mob that is about to do harm, or null. */
  threat (body) {
    const { bot } = body
    for (const entity of body.sight.entities(other => HOSTILE.has(other.name))) {
      const distance = entity.position.distanceTo(bot.entity.position)
      if (distance > SHOOTING_RANGE) return null
      if ((this.ignored.get(entity.id) ?? -1) > body.tick) continue
      const range = SHOOTS.has(entity.name) ? SHOOTING_RANGE : EXPLODES.has(entity.name) ? BLAST_RANGE : MELEE_RANGE
      if (distance <= range && sees(body, entity)) return entity
    }
    return null
  }

  async defend (body, entity) {
    const { bot } = body
    const weak = bot.health <= WEAK && strength(body) < 6
    const run = EXPLODES.has(entity.name) || (weak && !SHOOTS.has(entity.name)) || bot.health <= 4
    body.events(run ? 'fled' : 'fought', {
      mob: entity.name, health: bot.health, distance: Math.round(entity.position.distanceTo(bot.entity.position))
    })
    const settled = run
      ? await flee(body, entity)
      : await fight(body, entity, {
        ticks: REFLEX_TICKS,
        stop: () => bot.health <= 4 || bot.entity.isInLava ||
          entity.position.distanceTo(bot.entity.position) > SHOOTING_RANGE + 6
      })
    if (!settled && run && entity.position.distanceTo(bot.entity.position) < MELEE_RANGE) {
      await fight(body, entity, { ticks: 60 }) // cornered
    }
    if (!settled) this.ignored.set(entity.id, body.tick + IGNORED_TICKS)
  }

  wantsMeal (body) {
    const { bot, tick } = body
    if (!(bot.food <= HUNGRY || (bot.health <= HURT && bot.food < FULL))) return false
    return tick - this.mealFailedAt > 100 && meal(body) !== null
  }

  async eat (body) {
    const item = meal(body)
    try {
      const food = await eatOne(body, item)
      body.events('ate', { item: item.name, food })
    } catch (error) {
      if (body.stopped) throw error
      this.mealFailedAt = body.tick
    }
  }

  /** Breaks what fell on the head. */
  async digOut (body) {
    body.events('dug_out', { health: body.bot.health })
    try {
      await dig(body, eyesOf(body).floored())
    } catch (error) {
      if (body.stopped) throw error
    }
  }

  /** Out of what burns or drowns: up, and to the side when up does not help. */
  async surface (body, why) {
    const { bot } = body
    body.events('surfaced', { from: why, health: bot.health })
    const breathes = () => bot.oxygenLevel > SHORT_OF_AIR + 6 || !bot.entity.isInWater
    const free = () => !bot.entity.isInLava && (why === 'lava' || breathes())
    try {
      for (let waited = 0; waited < 120 && !free(); waited++) {
        bot.setControlState('jump', true)
        bot.setControlState('forward', why === 'lava' || waited > 40)
        if (waited % 20 === 0) bot.look(waited / 20 * Math.PI / 3, 0, true)
        await body.ticks(1)
      }
    } finally {
      bot.clearControlStates()
    }
  }

  /** Wears the best armour carried, once after each change of the inventory. */
  async dress (body) {
    const { bot } = body
    const state = bot.inventory.items().map(item => item.name).join()
    if (state === this.dressed) return
    this.dressed = state
    for (const [piece, [where, slot]] of Object.entries(SLOTS)) {
      const own = bot.inventory.items().filter(item => item.name.endsWith(`_${piece}`))
      const best = own.sort((a, b) => worth(b.name) - worth(a.name))[0]
      if (!best || (bot.inventory.slots[slot] && worth(bot.inventory.slots[slot].name) >= worth(best.name))) continue
      await hold(body, best, where)
      body.events('wore', { item: best.name })
    }
  }
}

/** Gives a body its reflexes, as body.reflexes. */
function attach (body) {
  body.reflexes = new Reflexes()
}

module.exports = { attach }
