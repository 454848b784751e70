/**
 * Makes the mineflayer bot of a body: connects it (unix socket or TCP), loads the pathfinder, waits until it stands in
 * the world with the ground loaded, and brings it to rest after a run. The bot stays unmodified: nothing of
 * mineflayer's is replaced. clock.install() must have run before this file is loaded.
 */
'use strict'

const net = require('node:net')
const mineflayer = require('mineflayer')
const { pathfinder } = require('mineflayer-pathfinder')
const { PrimitiveError } = require('./errors')
const { plainWords } = require('./server_words')

const VERSION = '1.20.1'
/** The pathfinder's budget a tick; with the clock's cost of a look this is 3,000 nodes. */
const SEARCH_MS_A_TICK = 40
const SPAWN_TICKS = 600
const CHUNK_TICKS = 200
const GRID_SLOTS = [1, 5]

/**
 * @param {{socket?: string, host?: string, port?: number, username?: string, version?: string, keepAlive?: boolean}} where
 *   with a socket, host and port are only what the server is told that it was called by
 */
function createBot (where) {
  const stream = where.socket
    ? net.connect(where.socket)
    : net.connect({ host: where.host ?? '127.0.0.1', port: where.port ?? 25565 })
  const bot = mineflayer.createBot({
    stream,
    username: where.username ?? 'journeyman',
    version: where.version ?? VERSION,
    auth: 'offline',
    ...(where.host ? { host: where.host, port: where.port } : {}),
    keepAlive: where.keepAlive ?? !where.socket, // a world that stands still must not lose its player
    checkTimeoutInterval: 60_000,
    viewDistance: 'short',
    logErrors: false,
    hideErrors: true
  })
  bot.loadPlugin(pathfinder)
  return bot
}

/** Resolves to the login packet once it is there; rejects with the reason of a refusal, in the server's own words. */
function loggedIn (bot, clock, seconds = 20) {
  const { promise, resolve, reject } = Promise.withResolvers()
  const refuse = why => reject(new PrimitiveError('lost', `could not join the world: ${why}`, {
    value: String(why), remedy: 'check that the world runs and speaks Minecraft ' + VERSION
  }))
  const patience = clock.real.setTimeout(() => refuse(`no login within ${seconds} s`), seconds * 1000)
  bot._client.once('login', resolve) // mineflayer, which listened first, has taken it in by then
  bot.once('kicked', reason => refuse(`the server says: ${plainWords(reason, bot.registry?.language)}`))
  bot._client.once('encryption_begin', () => refuse('it checks Minecraft accounts (online mode), and the bot has none'))
  bot.once('error', error => refuse(error.message))
  bot.once('end', reason => refuse(reason))
  return promise.finally(() => clock.real.clearTimeout(patience))
}

/** Ticks until the bot has health, ground under it and the chunks around it. */
async function settleIn (body) {
  const { bot } = body
  const spawned = () => bot.isAlive && bot.health > 0 // the event may have come and gone with the login
  for (let tick = 0; !spawned(); tick++) {
    if (tick > SPAWN_TICKS) throw new PrimitiveError('lost', 'the world never let the bot spawn')
    await body.step()
  }
  const around = () => [-1, 0, 1].every(dx => [-1, 0, 1].every(dz => {
    const { x, z } = bot.entity.position
    return bot.world.getColumn((Math.floor(x) >> 4) + dx, (Math.floor(z) >> 4) + dz)
  }))
  for (let tick = 0; !(around() && bot.entity.onGround) && tick < CHUNK_TICKS; tick++) await body.step()
  bot.pathfinder.tickTimeout = SEARCH_MS_A_TICK
}

/** Ends what can be ended at once: walking, digging, eating. */
function halt (bot) {
  tryEach([
    () => bot.pathfinder.setGoal(null),
    () => bot.stopDigging(),
    () => bot.clearControlStates(),
    () => bot.usingHeldItem && bot.deactivateItem()
  ])
}

/** Ends whatever the bot is still doing, so that the next run finds it at rest. */
function rest (bot) {
  halt(bot)
  tryEach([
    () => bot.currentWindow && bot.closeWindow(bot.currentWindow),
    () => leftOut(bot) && bot.closeWindow(bot.inventory) // the world puts it back
  ])
}

/** Each is tried on its own: one that fails (nothing to end, the bot is dead) must not spare the others. */
function tryEach (ends) {
  for (const end of ends) {
    try {
      end()
    } catch {
      // There was nothing to end.
    }
  }
}

/** Whether something lies in the bot's own grid or hangs on its cursor: a craft was cut short. */
function leftOut ({ inventory }) {
  return Boolean(inventory?.selectedItem) || inventory.slots.slice(...GRID_SLOTS).some(Boolean)
}

module.exports = { createBot, loggedIn, settleIn, halt, rest, leftOut, VERSION }
