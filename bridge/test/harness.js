'use strict'
/**
 * A real world process and real, unmodified mineflayer bots for tests: start, join in lock-step, tick, stop.
 *
 * Loading this file puts the test process on virtual time (body/clock.js), as the body is: a tick moves the bots on by
 * 50 ms and the world by one step, as fast as both can. Tests wait for ticks and events, never for real durations.
 */

const { Clock } = require('../body/clock')

const clock = new Clock().install() // before mineflayer loads: it keeps references to the timers

const { spawn } = require('node:child_process')
const { EventEmitter, once } = require('node:events')
const fs = require('node:fs')
const net = require('node:net')
const os = require('node:os')
const path = require('node:path')
const readline = require('node:readline')
const mineflayer = require('mineflayer')
const { Vec3 } = require('vec3')

const MAIN = path.join(__dirname, '..', 'world', 'main.js')
const CHANNEL = 'journeyman:tick'

const TICK_MS = 50

/** A fresh folder for one test; `stop` removes it. */
const scratch = () => fs.mkdtempSync(path.join(os.tmpdir(), 'journeyman-test-'))

/** A world process under test. */
class WorldUnderTest {
  /**
   * Start a world; resolves when it listens.
   * @param options  {dir, seed, generation, rules: {name: value}, args: [..], memory: true for a world that keeps nothing}
   */
  static async start({ dir = scratch(), seed = 1, generation, rules = {}, args = [], memory = false } = {}) {
    const world = new WorldUnderTest()
    world.dir = dir
    world.socket = path.join(dir, 'world.sock')
    fs.rmSync(world.socket, { force: true })
    const words = [...memory ? [] : ['--dir', dir], '--socket', world.socket, '--seed', String(seed), '--view', '3', ...args]
    if (generation !== undefined) words.push('--generation', String(generation))
    const given = { mob_spawning: false, ...rules }
    for (const [name, value] of Object.entries(given)) words.push('--rule', `${name}=${value}`)
    world.process = spawn(process.execPath, [...process.execArgv, MAIN, ...words], { stdio: ['pipe', 'pipe', 'pipe'] })
    world.errors = ''
    world.answers = new EventEmitter()
    world.lastId = 0
    world.drivers = []
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
    const spawned = once(bot, 'spawn')
    await clock.advance(1) // mineflayer loads its plugins in a timer
    await spawned
    const driver = new Driver(this, bot)
    driver.ask() // from its first request on, the world waits for this player too
    const inStep = ({ players }) => players.some(({ name, lockstep }) => name === username && lockstep)
    while (!inStep(await this.ask('hello')));
    this.drivers.push(driver)
    bot.once('end', () => { this.drivers = this.drivers.filter((one) => one !== driver) })
    await driver.until(() => bot.entity.onGround && bot.world.getColumnAt(bot.entity.position))
    return driver
  }

  /** One tick: the bots' time moves on, then the world's. */
  async tick() {
    await clock.advance(TICK_MS)
    await Promise.all(this.drivers.map((driver) => driver.ask()))
    await clock.real.hop()
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

/** One bot in the world. While something is awaited through it, ticks go on; else the world stands still. */
class Driver {
  constructor(world, bot) {
    this.world = world
    this.bot = bot
    this.ticks = 0
    this.asked = null
  }

  /** Ask for a tick; resolves when the world has lived it. */
  ask() {
    this.asked ??= this.request().finally(() => { this.asked = null })
    return this.asked
  }

  request() {
    const answered = new Promise((resolve) => {
      const onPayload = ({ channel }) => {
        if (channel !== CHANNEL) return
        this.bot._client.off('custom_payload', onPayload)
        this.ticks++
        resolve()
      }
      this.bot._client.on('custom_payload', onPayload)
    })
    this.bot._client.write('custom_payload', { channel: CHANNEL, data: Buffer.alloc(0) })
    return answered
  }

  tick() {
    return this.world.tick()
  }

  async tickTimes(count) {
    for (let i = 0; i < count; i++) await this.tick()
  }

  /** Tick until a condition holds. */
  async until(condition, most = 4000) {
    for (let i = 0; i < most; i++) {
      if (await condition()) return
      await this.tick()
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

  /** Empty the bot's pockets and remove everything that lies about. */
  async clear() {
    if (this.bot.currentWindow) this.bot.closeWindow(this.bot.currentWindow)
    await this.tick()
    await this.world.command(`clear ${this.bot.username}`)
    await this.world.command('kill @e')
    await this.tick()
  }

  /** Stand on a fresh stone platform high up, 9 by 9, with nothing around. Gives the block position of the feet. */
  async platform(y = 150) {
    const [cx, cz] = [Math.floor(this.bot.entity.position.x), Math.floor(this.bot.entity.position.z)]
    for (let x = cx - 4; x <= cx + 4; x++) {
      for (let z = cz - 4; z <= cz + 4; z++) await this.world.command(`setblock ${x} ${y - 1} ${z} stone`)
    }
    await this.world.command(`tp ${this.bot.username} ${cx + 0.5} ${y} ${cz + 0.5}`)
    await this.until(() => this.bot.entity.onGround && Math.abs(this.bot.entity.position.y - y) < 0.01)
    return new Vec3(cx, y, cz)
  }

  /** Set a block (with properties, as in commands) and wait until the bot sees it. */
  async setBlock(position, block) {
    await this.world.command(`setblock ${position.x} ${position.y} ${position.z} ${block}`)
    const name = block.replace(/\[.*/, '')
    await this.until(() => this.bot.blockAt(position)?.name === name)
    return this.bot.blockAt(position)
  }

  /** Take an item into the hand. */
  hold(name) {
    return this.during(this.bot.equip(this.item(name), 'hand'))
  }

  /** Walk to dropped items until the bot has so many of a kind. */
  async collect(name, count) {
    const has = () => this.bot.inventory.count(this.item(name)) >= count
    for (let tries = 0; tries < 20 && !has(); tries++) {
      const dropped = Object.values(this.bot.entities).find((entity) => entity.name === 'item')
      if (dropped) await this.during(this.bot.lookAt(dropped.position, true))
      this.bot.setControlState('forward', !!dropped)
      for (let i = 0; i < 10 && !has(); i++) await this.tick()
      this.bot.setControlState('forward', false)
    }
    await this.until(has, 40)
  }

  /** Die and come back. */
  async die() {
    let died = false
    this.bot.once('death', () => { died = true })
    await this.world.command(`kill ${this.bot.username}`)
    await this.until(() => died && this.bot.isAlive && this.bot.health === 20)
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

module.exports = { WorldUnderTest, scratch, clock }
