'use strict'
/**
 * A real world process and real mineflayer bots for tests: start, join in lock-step, tick, stop.
 *
 * Here every tick of the world waits for the bots' own physics by a loop without virtual time (`run`): bots live on the
 * real clock, so a test drives ticks as fast as it likes and waits for events, never for durations.
 */

const { spawn } = require('node:child_process')
const { EventEmitter, once } = require('node:events')
const fs = require('node:fs')
const net = require('node:net')
const os = require('node:os')
const path = require('node:path')
const readline = require('node:readline')
const mineflayer = require('mineflayer')

const MAIN = path.join(__dirname, '..', 'world', 'main.js')
const CHANNEL = 'journeyman:tick'

/** A fresh folder for one test; removed with `fs.rmSync` by `World.stop`. */
const scratch = () => fs.mkdtempSync(path.join(os.tmpdir(), 'journeyman-test-'))

/** A world process under test. */
class WorldUnderTest {
  /**
   * Start a world; resolves when it listens.
   * @param options  {dir, seed, generation, rules: {name: value}, args: [..]}
   */
  static async start({ dir = scratch(), seed = 1, generation, rules = {}, args = [] } = {}) {
    const world = new WorldUnderTest()
    world.dir = dir
    world.socket = path.join(dir, 'world.sock')
    fs.rmSync(world.socket, { force: true })
    const words = ['--dir', dir, '--socket', world.socket, '--seed', String(seed), '--view', '3', ...args]
    if (generation !== undefined) words.push('--generation', String(generation))
    for (const [name, value] of Object.entries({ mob_spawning: false, ...rules })) words.push('--rule', `${name}=${value}`)
    world.process = spawn(process.execPath, [...process.execArgv, MAIN, ...words], { stdio: ['pipe', 'pipe', 'pipe'] })
    world.errors = ''
    world.answers = new EventEmitter()
    world.lastId = 0
    readline.createInterface({ input: world.process.stdout }).on('line', (line) => {
      const answer = JSON.parse(line)
      world.answers.emit(answer.id, answer)
    })
    await new Promise((resolve, reject) => {
      world.process.stderr.on('data', (text) => {
        world.errors += text
        if (world.errors.includes(' clock, at ')) resolve()
      })
      world.process.once('exit', (code) => reject(new Error(`the world ended with ${code}: ${world.errors}`)))
    })
    return world
  }

  /** One control request; the answer's value, or an error with its code. */
  async ask(op, args = {}) {
    const id = ++this.lastId
    const answered = once(this.answers, id)
    this.process.stdin.write(`${JSON.stringify({ id, op, args })}\n`)
    const [answer] = await answered
    if (answer.ok) return answer.value
    throw Object.assign(new Error(answer.error.message), { code: answer.error.code })
  }

  command(text) {
    return this.ask('command', { text })
  }

  /** The events of some kinds, from the beginning. */
  async events(...kinds) {
    const { events } = await this.ask('events', { since: 0 })
    return kinds.length ? events.filter(({ kind }) => kinds.includes(kind)) : events
  }

  /** Join an unmodified mineflayer bot; resolves when it has spawned and stands on the ground. */
  async join(username = 'Tester') {
    const bot = mineflayer.createBot({
      username, auth: 'offline', version: '1.20.1', stream: net.connect(this.socket), checkTimeoutInterval: 3_600_000,
    })
    bot.on('error', (error) => { throw error })
    await once(bot, 'spawn')
    const driver = new Driver(bot)
    await driver.until(() => bot.entity.onGround && driver.ticks > 20)
    return Object.assign(driver, { world: this })
  }

  /** End the process; the folder goes with it unless it is kept for a restart. */
  async stop({ keep = false, signal } = {}) {
    const gone = once(this.process, 'exit')
    if (signal) this.process.kill(signal)
    else this.process.stdin.end()
    await gone
    if (!keep) fs.rmSync(this.dir, { recursive: true, force: true })
  }
}

/** Ticks the world for one bot. While something is awaited, ticks go on; else the world stands still. */
class Driver {
  constructor(bot) {
    this.bot = bot
    this.ticks = 0
  }

  /** One tick of the world. */
  async tick() {
    const done = new Promise((resolve) => {
      const onPayload = ({ channel }) => {
        if (channel !== CHANNEL) return
        this.bot._client.off('custom_payload', onPayload)
        resolve()
      }
      this.bot._client.on('custom_payload', onPayload)
    })
    this.bot._client.write('custom_payload', { channel: CHANNEL, data: Buffer.alloc(0) })
    await done
    this.ticks++
  }

  async tickTimes(count) {
    for (let i = 0; i < count; i++) await this.tick()
  }

  /** Tick until a condition holds. */
  async until(condition, most = 4000) {
    for (let i = 0; i < most; i++) {
      if (await condition()) return
      await this.tick()
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    throw new Error(`not so after ${most} ticks: ${condition}`)
  }

  /** Tick for as long as an action of the bot takes; gives its value. */
  async during(action) {
    let done = false
    const running = action.finally(() => { done = true })
    running.catch(() => {})
    while (!done) {
      await this.tick()
      await new Promise((resolve) => setImmediate(resolve))
    }
    return running
  }

  item(name) {
    return this.bot.registry.itemsByName[name].id
  }

  /** Give items and wait until the bot knows. */
  async give(name, count = 1) {
    const before = this.bot.inventory.count(this.item(name))
    await this.world.command(`give ${this.bot.username} ${name} ${count}`)
    await this.until(() => this.bot.inventory.count(this.item(name)) >= before + count)
  }

  observe() {
    return this.world.ask('observe', { player: this.bot.username })
  }

  leave() {
    const gone = once(this.bot, 'end')
    this.bot.quit()
    return gone
  }
}

module.exports = { WorldUnderTest, scratch }
