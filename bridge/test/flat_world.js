'use strict'
/**
 * A real world on flat ground, for tests of rules that need no terrain: bedrock, stone, one layer of grass, air from
 * y 64 up. Players are real ones whose session only writes down what it is sent.
 */
const { Vec3 } = require('vec3')
const { World } = require('../world/world')
const { Chunks, indexOf } = require('../world/chunks')
const { Player } = require('../world/player')
const chunkSending = require('../world/chunk_sending')
const gamedata = require('../world/gamedata')

/** The height that feet stand at. */
const FLOOR = 64

const ground = new Uint16Array(16 * 16 * 384)
for (let x = 0; x < 16; x++) {
  for (let z = 0; z < 16; z++) {
    for (let y = -63; y < FLOOR - 1; y++) ground[indexOf(x, y, z)] = gamedata.stateOf('stone')
    ground[indexOf(x, -64, z)] = gamedata.stateOf('bedrock')
    ground[indexOf(x, FLOOR - 1, z)] = gamedata.stateOf('grass_block')
  }
}
const flat = {
  generate: () => ({
    states: ground.slice(),
    biomes: new Array(16).fill(gamedata.biomeId('plains')),
    biomeNames: new Array(16).fill('plains'),
    animals: []
  })
}

/** A flat world at noon in which nothing spawns by itself. */
function flatWorld({ seed = 1, rules = {} } = {}) {
  const world = new World({ seed, rules: { mob_spawning: false, ...rules } })
  world.chunks = new Chunks(flat)
  world.spawn = { x: 0, y: FLOOR, z: 0 }
  world.time = 6000
  return world
}

/** Put a player into a world; `player.session.sent` lists [packet name, fields]. */
function addPlayer(world, x = 0.5, z = 0.5, y = FLOOR) {
  const sent = []
  const send = (name, params) => sent.push([name, params])
  const session = { sent, send, takeInbox: () => [], flush() {}, closed: false }
  const player = new Player('tester', world.newEntityId(), new Vec3(x, y, z), -1000, session)
  player.onGround = true
  chunkSending.reset(player)
  world.players.set(player.name, player)
  return player
}

/** Run the parts of a tick that are not about what players do. */
function run(world, ticks, until = () => false) {
  for (let i = 0; i < ticks; i++) {
    world.tick++
    world.blockUpdates.step()
    world.growing.step()
    world.entitySystem.step()
    for (const player of world.players.values()) world.entitySystem.trackFor(player)
    if (until()) return i + 1
  }
  return ticks
}

/** Set a block by name. */
function put(world, x, y, z, name, properties) {
  world.setBlock(x, y, z, gamedata.stateOf(name, properties))
}

/** The events of a kind so far. */
const eventsOf = (world, kind) => world.events.since(0).events.filter((event) => event.kind === kind)

/** The entities of a kind. */
const all = (world, kind) => [...world.entities.values()].filter((entity) => entity.kind === kind)

module.exports = { flatWorld, addPlayer, run, put, eventsOf, all, FLOOR }
