'use strict'
/**
 * The door: accepts Minecraft 1.20.1 clients and hands their messages to the world.
 *
 * Offline mode, on a unix socket or a loopback port. No compression: both ends are on one machine. Decides nothing about
 * the game.
 */

const minecraft = require('minecraft-protocol')
const { VERSION } = require('./gamedata')
const { Session, TICK_CHANNEL } = require('./session')
const { join, leave } = require('./join')
const messages = require('./messages')

const LOGIN_PATIENCE = 3_600_000

/** minecraft-protocol always announces compression at login; both sides go without when it is never announced. */
function withoutCompression(client) {
  const write = client.write.bind(client)
  client.write = (name, params) => name === 'compress' || write(name, params)
  client.setCompressionThreshold = () => {}
}

/**
 * Listen for players.
 * @param where  {socket: path} or {host, port}
 * @param clock  told whenever a player asks for a tick or leaves
 * @returns a promise of the listening server
 */
function listen(world, clock, where) {
  const server = minecraft.createServer({
    ...(where.socket ? { socketType: 'ipc', host: where.socket } : { host: where.host, port: where.port }),
    version: VERSION,
    'online-mode': false,
    enforceSecureProfile: false,
    keepAlive: clock.keepAlive,
    kickTimeout: LOGIN_PATIENCE,
    motd: 'Journeyman',
    hideErrors: true,
    beforeLogin: withoutCompression,
    errorHandler: (client, error) => {
      console.error(`world: connection of ${client.username ?? 'a stranger'}: ${error.message}`)
      client.end('Connection error')
    },
  })
  server.on('playerJoin', (client) => welcome(world, clock, client))
  return new Promise((resolve, reject) => {
    server.once('listening', () => resolve(server))
    server.once('error', reject)
  })
}

function welcome(world, clock, client) {
  const session = new Session(client)
  const player = join(world, client.username, session, client.uuid)
  if (!player) return
  client.on('packet', (params, { name }) => {
    if (name === 'custom_payload' && params.channel === TICK_CHANNEL) {
      session.lockstep = true
      session.waiting = true
      clock.ready()
    } else if (!messages.understood(name)) return
    else if (session.lockstep) session.hold(name, params)
    else messages.handle(world, player, name, params)
  })
  client.on('end', () => {
    leave(world, player)
    clock.ready()
  })
}

module.exports = { listen }
