/**
 * What happened, as the bot itself saw it: events of the same kinds and fields as the world's own log, derived from what
 * the server sent. For servers where no trusted log exists; each event says `source: 'body'`. It listens and counts, it
 * never acts, and no program can write here; yet a server, or a flaw of the bot's picture of it, can make it wrong.
 *
 * Not seen from here and never reported: what a block dropped (`dropped` is empty), things thrown away, liquids poured.
 */
'use strict'

const CAUSES = require('../data/damage.json')
const { ownReport, tally } = require('./own_report')
const { droppedItem } = require('./observation')
const { namesOf } = require('./registries')
const { TICK_MS } = require('./lockstep')

const KEPT = 10_000
/** A block that is back within this time was never dug: the server had refused it. */
const REFUSAL_TICKS = 10
/** Vanilla credits a death to the last attacker for five seconds. */
const CREDIT_TICKS = 100
/** Vanilla skips the night when everyone has lain this long. */
const NIGHT_TICKS = 100
const COLLECTOR = 'collectorEntityId'
const EATEN_STATUS = 9
const OUTPUT_SLOT = 2
/** The game's names of kinds of damage to our words for causes; other names stay as they are. */
const OUR_WORDS = Object.fromEntries(Object.entries(CAUSES).map(([ours, theirs]) => [theirs, ours]))

class Witness {
  /** @param loginPacket  what the server sent at login: its registries */
  constructor (body, loginPacket) {
    this.body = body
    this.damageTypes = namesOf(loginPacket, 'minecraft:damage_type')
    this.biomes = namesOf(loginPacket, 'minecraft:worldgen/biome')
    this.bot = body.bot
    this.seq = 0
    this.log = []
    this.hits = new Map() // entity id -> tick of the bot's last blow that the server told of
    this.lastChange = null
    this.lastHarm = 'unknown'
    this.health = this.bot.health ?? null
    this.lain = null
    this.window = null
    this.listen()
  }

  /** Ticks since joining by the body's clock: they pass between runs too. */
  get tick () { return Math.round((this.body.clock.now() - this.body.joinedAt) / TICK_MS) }

  /** The observation now. */
  observe () { return ownReport(this.bot, this.tick, this.biomes) }

  /** Events after number `since`, and the newest number. */
  since (since = 0) {
    return { events: this.log.filter(({ seq }) => seq > since), seq: this.seq }
  }

  note (kind, data = {}) {
    const event = { seq: ++this.seq, tick: this.tick, kind, player: this.bot.username, ...data, source: 'body' }
    this.log.push(event)
    if (this.log.length > KEPT) this.log.shift()
    return event
  }

  listen () {
    const { bot } = this
    const { _client: client } = bot
    hear(bot, 'blockUpdate', (before, after) => this.blockChanged(before, after))
    hear(bot, 'blockPlaced', (before, after) => this.note('placed', { block: after.name, ...spot(after.position) }))
    hear(bot, 'entityHurt', (entity, source) => this.hurt(entity, source))
    hear(bot, 'entityDead', entity => this.dead(entity))
    hear(bot, 'health', () => this.healthChanged())
    hear(bot, 'windowOpen', window => this.opened(window))
    hear(bot, 'windowClose', window => this.closed(window))
    hear(bot, 'sleep', () => { this.lain = this.tick })
    hear(bot, 'wake', () => this.woke())
    hear(bot, 'death', () => this.died())
    hear(bot, 'spawn', () => { if (this.down) this.rose() })
    hear(bot, 'diggingCompleted', after => this.dug(after))
    hear(client, 'damage_event', packet => this.harmed(packet))
    hear(client, 'collect', packet => this.collected(packet))
    hear(client, 'entity_status', packet => this.status(packet))
    hear(bot.inventory, 'updateSlot:0', (before, after) => this.crafted(bot.inventory, 'inventory', before, after))
  }

  // ------------------------------------------------------------- blocks

  blockChanged (before, after) {
    if (!before || !after) return
    this.lastChange = before
    const at = spot(after.position)
    const refused = this.log.findIndex(({ kind, block, x, y, z, tick }) => kind === 'dug' && block === after.name &&
      x === at.x && y === at.y && z === at.z && this.tick - tick <= REFUSAL_TICKS)
    if (refused >= 0 && before.name === 'air') this.log.splice(refused, 1)
  }

  /** mineflayer tells of a finished dig with the air that is left; what was there, the change just before it told. */
  dug (after) {
    const before = this.lastChange
    if (!before?.position.equals(after.position)) return
    const tool = this.bot.heldItem?.name ?? null
    this.note('dug', { block: before.name, ...spot(after.position), tool, dropped: [] })
  }

  // ------------------------------------------------------------- things

  collected (packet) {
    if (packet[COLLECTOR] !== this.bot.entity.id) return
    const entity = this.bot.entities[packet.collectedEntityId]
    const item = entity && droppedItem(entity)
    const name = item?.name ?? (entity?.name === 'arrow' ? 'arrow' : null)
    if (name) this.note('picked_up', { item: name, count: packet.pickupItemCount })
  }

  /** The result of a grid was taken when its slot empties into the hand of the cursor. */
  crafted (window, station, before, after) {
    if (!before || after) return
    queueMicrotask(() => {
      if (window.selectedItem?.type === before.type) {
        this.note('crafted', { item: before.name, count: before.count, station })
      }
    })
  }

  status ({ entityId, entityStatus }) {
    if (entityId !== this.bot.entity?.id || entityStatus !== EATEN_STATUS) return
    const hands = [this.bot.heldItem, this.bot.inventory.slots[45]]
    const meal = hands.find(item => item && Object.hasOwn(this.bot.registry.foodsByName, item.name))
    this.note('ate', { item: (meal ?? hands[0])?.name ?? 'unknown' })
  }

  // ------------------------------------------------------------- windows

  opened (window) {
    const block = this.bot.blockAtCursor?.(6)
    const at = block ? spot(block.position) : { x: null, y: null, z: null }
    const kind = window.type.replace(/^minecraft:/, '')
    const name = block?.name ?? kind
    this.note('opened', { block: name, ...at })
    this.window = { at, name, before: null }
    if (kind.startsWith('crafting')) {
      hear(window, 'updateSlot:0', (before, after) => this.crafted(window, 'crafting_table', before, after))
    } else if (/furnace|smoker/.test(kind)) {
      hear(window, `updateSlot:${OUTPUT_SLOT}`, (before, after) => this.taken(name, before, after))
    } else this.window.before = tally(contents(window))
  }

  /** Only a player's hand lessens the output of a furnace while its window is open. */
  taken (station, before, after) {
    const left = after?.type === before?.type ? after?.count ?? 0 : 0
    const count = (before?.count ?? 0) - left
    if (count > 0) this.note('smelted', { item: before.name, count, station })
  }

  closed (window) {
    const open = this.window
    this.window = null
    if (!open?.before || !window) return
    const after = tally(contents(window))
    for (const item of new Set([...Object.keys(open.before), ...Object.keys(after)])) {
      const gained = (after[item] ?? 0) - (open.before[item] ?? 0)
      if (gained) this.note(gained > 0 ? 'stored' : 'took', { item, count: Math.abs(gained), ...open.at })
    }
  }

  // ------------------------------------------------------------- life

  hurt (entity, source) {
    if (entity && source && source === this.bot.entity) this.hits.set(entity.id, this.tick)
  }

  dead (entity) {
    const hit = this.hits.get(entity.id)
    this.hits.delete(entity.id)
    if (hit === undefined || this.tick - hit > CREDIT_TICKS) return
    this.note('killed', { mob: entity.name, weapon: this.bot.heldItem?.name ?? null })
  }

  harmed ({ entityId, sourceTypeId, sourceCauseId }) {
    if (entityId !== this.bot.entity?.id) return
    const attacker = this.bot.entities[sourceCauseId - 1]
    this.lastHarm = attacker?.username ?? attacker?.name ?? this.kindOfDamage(sourceTypeId)
  }

  kindOfDamage (number) {
    const name = this.damageTypes[number]
    return OUR_WORDS[name] ?? name ?? 'unknown'
  }

  healthChanged () {
    const { health } = this.bot
    const amount = (this.health ?? health) - health
    this.health = health
    if (amount > 0) this.note('hurt', { amount: rounded(amount), cause: this.lastHarm, health: rounded(health) })
  }

  died () {
    this.down = true
    this.note('died', { cause: this.lastHarm, ...spot(this.bot.entity.position, rounded) })
    hear(this.bot, 'diggingCompleted', after => this.dug(after)) // mineflayer forgets all of them when the bot dies
  }

  rose () {
    this.down = false
    this.lastHarm = 'unknown'
    this.note('respawned', spot(this.bot.entity.position, rounded))
  }

  woke () {
    if (this.lain !== null && this.tick - this.lain >= NIGHT_TICKS) this.note('slept')
    this.lain = null
  }
}

/** Listens; what a strange server makes us stumble over costs one event, never the connection that it came by. */
function hear (emitter, event, handler) {
  emitter.on(event, (...values) => {
    try {
      handler(...values)
    } catch (error) {
      console.warn(`${event} was not understood: ${error.stack}`)
    }
  })
}

const contents = window => window.slots.slice(0, window.inventoryStart).filter(Boolean)
const rounded = value => Math.round(value * 100) / 100
const spot = ({ x, y, z }, by = Math.floor) => ({ x: by(x), y: by(y), z: by(z) })

module.exports = { Witness }
