'use strict'
/** Chat and the commands that players type: the messages `chat_message` and `chat_command`. */

const commands = require('./commands')

const LONGEST = 256

/** A player says something, or types a command with a slash before it. */
function say(world, player, text) {
  const line = String(text).slice(0, LONGEST)
  if (line.startsWith('/')) {
    command(world, player, line.slice(1))
    return
  }
  world.events.emit('chat', { player: player.name, text: line })
  world.say(`<${player.name}> ${line}`)
}

/** A player types a command: only operators may. */
function command(world, player, text) {
  if (!world.operators.has(player.name)) {
    world.say('You are not an operator of this world', player)
    return
  }
  try {
    world.say(commands.run(world, text, player), player)
  } catch (error) {
    if (!(error instanceof commands.CommandError)) throw error
    world.say(error.message, player)
  }
}

module.exports = { say, command }
