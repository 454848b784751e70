'use strict'
/**
 * The world: everything there is, and the one function that moves it on by a tick.
 *
 * Other modules are the rules; each works on this object, and `step` calls them in a fixed order. Same seed and same
 * messages give the same world, event for event: nothing here or below reads a clock or unseeded chance. The world
 * never moves by itself; a clock (tick_clock.js) calls `step`.
 */

const gamedata = require('./gamedata')
const { Random } = require('./random')
const { Chunks } = require('./chunks')
const { Terrain } = require('./terrain')
const { Recipes } = require('./recipes')
const { Events } = require('./events')
const entities = require('./entities')
const blockUpdates = require('./block_updates')
const growth = require('./growth')
const inventory = require('./inventory')
const vitals = require('./vitals')
const movement = require('./movement')
const digging = require('./digging')
const food = require('./food')
const sleeping = require('./sleeping')
const containers = require('./containers')
const furnaces = require('./furnaces')
const signs = require('./signs')
const messages = require('./messages')
const chunkSending = require('./chunk_sending')
const playerSight = require('./player_sight')
const { sendChanges } = require('./window_sync')
const { activeView } = require('./windows')
const { defaultRules } = require('./rules')
const { parseYields } = require('../recipe_yields')

const DAY = 24000
const NEAR = 64
const SECOND = 20
const UNLOAD_EVERY = 100

class World {
  /**
   * @param seed   integer
   * @param view   how many columns a player is sent in each direction
   * @param rules  differences from the default rules
   * @param operators  names of the players who may use commands
   * @param store  where columns and state are kept (storage.js), or null for a world in memory only
   */
  constructor({ seed, view = 5, rules = {}, operators = [], store = null }) {
    this.view = view
    this.givenRules = { ...defaultRules, ...rules }
    this.operators = new Set(operators)
    this.store = store
    this.data = gamedata
    this.begin(seed)
    const state = store?.loadState()
    if (state) this.resume(state)
  }

  /** Be the fresh world of a seed: nothing is left of the one before, and nobody who was there is here. */
  begin(seed) {
    this.seed = seed
    this.rules = { ...this.givenRules }
    this.recipes = new Recipes(gamedata.registry, parseYields(this.rules.recipes))
    this.random = new Random(seed)
    this.tick = 0
    this.time = 0
    this.terrain = new Terrain(seed)
    this.spawn = this.terrain.spawnPoint()
    this.chunks = new Chunks(this.terrain, this.store)
    this.events = new Events(() => this.tick)
    this.players = new Map()
    this.absent = new Map() // name -> saved player who is not connected
    this.lastEntityId = 0
    this.furnaces = new Map() // place -> [x, y, z] of the furnaces that have something to do
    entities.attach(this)
    blockUpdates.attach(this)
  }

  /** One tick, a twentieth of a second. */
  step() {
    this.tick++
    if (this.rules.daylight) this.time++

    for (const player of this.players.values()) messages.handleHeld(this, player) // what they asked for meanwhile
    for (const player of this.players.values()) {
      movement.step(this, player)
      digging.step(this, player)
      food.step(this, player)
      vitals.step(this, player)
    }
    sleeping.step(this)

    this.blockUpdates.step()
    furnaces.step(this)
    growth.step(this)
    this.entitySystem.step()

    for (const player of this.players.values()) { // tell everyone what they have not been told
      chunkSending.step(this, player)
      playerSight.step(this, player)
      this.entitySystem.trackFor(player)
      vitals.tell(this, player)
      sendChanges(this, player, activeView(player))
      if (this.tick % SECOND === 0) this.tellTime(player)
    }
    if (this.tick % UNLOAD_EVERY === 0) chunkSending.unload(this)
  }

  // ------------------------------------------------------------------ blocks

  blockName(x, y, z) {
    return gamedata.blockName(this.chunks.get(x, y, z))
  }

  /** Change a block: contents of what was there fall, clients are told, the neighbours get an update. */
  setBlock(x, y, z, state) {
    const before = this.chunks.get(x, y, z)
    if (!this.chunks.set(x, y, z, state)) return
    const another = gamedata.blockOf(before) !== gamedata.blockOf(state)
    if (another) containers.removed(this, before, x, y, z)
    for (const player of this.players.values()) {
      if (chunkSending.sees(player, x >> 4, z >> 4)) {
        player.session.send('block_change', { location: { x, y, z }, type: state })
      }
    }
    if (another) signs.changed(this, before, state, x, y, z)
    this.blockUpdates.queue(x, y, z)
  }

  /** Tell the clients that hold a place what its block entity says; `type` is its number in the game's registry. */
  tellBlockEntity(x, y, z, type, nbtData) {
    for (const player of this.players.values()) {
      if (!chunkSending.sees(player, x >> 4, z >> 4)) continue
      player.session.send('tile_entity_data', { location: { x, y, z }, action: type, nbtData })
    }
  }

  // ------------------------------------------------------------------ players and entities

  newEntityId() {
    return ++this.lastEntityId
  }

  givePlayer(player, stack) {
    return inventory.give(this, player, stack)
  }

  wearHeld(player, points = 1) {
    inventory.wearHeld(this, player, points)
  }

  hurtPlayer(player, amount, cause, how = {}) {
    return vitals.hurt(this, player, amount, cause, how)
  }

  addExperience(player, points) {
    vitals.addExperience(this, player, points)
  }

  exhaust(player, amount) {
    vitals.exhaust(player, amount)
  }

  /** Send a message to the players near a position. */
  broadcastNear(pos, name, params, { except = null } = {}) {
    for (const player of this.players.values()) {
      if (player === except) continue
      if (Math.abs(player.pos.x - pos.x) < NEAR && Math.abs(player.pos.z - pos.z) < NEAR) {
        player.session.send(name, params)
      }
    }
  }

  /** A line of text for one player, or for all. */
  say(text, player = null) {
    const message = { content: JSON.stringify({ text }), isActionBar: false }
    for (const one of player ? [player] : this.players.values()) one.session.send('system_chat', message)
  }

  tellTime(player) {
    const running = this.rules.daylight ? 1 : -1
    const timeOfDay = BigInt(running * Math.max(1, this.time % DAY))
    player.session.send('update_time', { age: BigInt(this.tick), time: timeOfDay })
  }

  // ------------------------------------------------------------------ persistence

  /** Write everything in one transaction under a generation number. */
  save(generation) {
    if (!this.store) throw new Error('this world has no directory to save to')
    this.store.save(generation, { columns: this.chunks.unsaved(), state: this.state() })
    this.chunks.markSaved()
  }

  /** Everything that is not in the columns, as plain JSON. */
  state() {
    const players = new Map(this.absent)
    for (const player of this.players.values()) players.set(player.name, player.serialise())
    return {
      seed: this.seed,
      tick: this.tick,
      time: this.time,
      rules: this.rules,
      spawn: this.spawn,
      random: this.random.state(),
      eventSeq: this.events.seq,
      lastEntityId: this.lastEntityId,
      players: Object.fromEntries(players),
      furnaces: [...this.furnaces.values()],
      entities: this.entitySystem.serialise(),
    }
  }

  /** Go on from what `state` gave. */
  resume(state) {
    if (state.seed !== this.seed) throw new Error(`this world was made with seed ${state.seed}, not ${this.seed}`)
    this.tick = state.tick
    this.time = state.time
    this.rules = { ...this.rules, ...state.rules }
    this.recipes = new Recipes(gamedata.registry, parseYields(this.rules.recipes))
    this.spawn = state.spawn
    this.random.restore(state.random)
    this.events.seq = state.eventSeq
    this.lastEntityId = state.lastEntityId
    this.absent = new Map(Object.entries(state.players))
    for (const place of state.furnaces) furnaces.wake(this, ...place)
    this.entitySystem.restore(state.entities)
  }
}

module.exports = { World, DAY }
