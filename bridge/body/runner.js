/**
 * Runs one program: modules in an isolate of their own, calls out of it through a short list, limits from outside.
 * The isolate waits while a host call is under way, and only then does game time pass: that is what makes a run repeat
 * exactly. Every way in which a program can end has a typed outcome, and none of them harms the body or the next run.
 */
'use strict'

const fs = require('node:fs')
const path = require('node:path')
const ivm = require('isolated-vm')
const { PrimitiveError, describe } = require('./errors')
const { actions } = require('./actions')
const { queries } = require('./queries')
const { plain } = require('./observation')
const { short } = require('./arguments')
const { halt, rest, leftOut } = require('./bot')
const { Spans } = require('./spans')
const { Vec3 } = require('vec3')

const PRELUDE = fs.readFileSync(path.join(__dirname, 'isolate_prelude.js'), 'utf8')
const VEC3 = fs.readFileSync(require.resolve('vec3'), 'utf8')
const DEFAULTS = { ticks: 12_000, seconds: 600, cpu_seconds: 5, memory_mb: 64 }
const MOST_ARGUMENT_LETTERS = 200_000
const MOST_CALLS_KEPT = 500
const MOST_ARGUMENTS_KEPT = 20
const MOST_LOG_LETTERS = 20_000
const MOST_STACK_LETTERS = 10_000
const MOST_ERROR_LETTERS = 4_000
/** How deep a value of a program may be: far deeper, JSON itself gives up, here or in Python. */
const MOST_LEVELS = 25
/** Questions that may be asked without any time passing: far more than a search of everything in sight needs. */
const MOST_QUESTIONS_A_TICK = 100_000
/** Actions of the bot that may be done without any time passing: a server throws out who says too much at once. */
const MOST_DEEDS_A_TICK = 200
const WATCH_MS = 50
/** Looks after which an isolate that ran out of memory will not unwind any more. */
const LOST_LOOKS = 20
/** Ticks that an action gets to end by itself once it was stopped. */
const GRACE_TICKS = 20
/** And so many, if the bot clicks its way through something long. */
const CLICKING_TICKS = 200
const RESPAWN_TICKS = 200
/** Ticks after which an action that took none has been answered, by a server at some distance too. */
const ARRIVAL_TICKS = 4
const NAME = /^[A-Za-z_$][\w$]*$/

/** One run of one program. */
class Run {
  constructor (body, primitives, { modules, main, args = {}, limits = {} }) {
    this.body = body
    this.primitives = primitives
    this.modules = modules
    this.main = main
    this.args = args
    this.limits = { ...DEFAULTS, ...limits }
    this.startTick = body.tick
    this.calls = []
    this.spans = new Spans(body, modules)
    this.log = []
    this.letters = 0 // of the log
    this.finished = null
    this.stopped = null
    this.action = null
    this.sentAt = null // the tick of the latest action of the bot that took none
    this.questions = 0 // since time last passed
    this.deeds = 0
    this.asking = 0 // milliseconds spent on answers, and on actions that took no time
    this.files = new Map()
    for (const { id, name } of modules) {
      let file = `${name}.js`
      while (this.files.has(file)) file = file.replace(/\.js$/, "'.js")
      this.files.set(file, id)
    }
  }

  /** @returns {Promise<object>} {outcome, value, error, calls, log, ticks}; rejects only when the world is lost */
  async execute () {
    const { body } = this
    const onDeath = () => this.stop('died', new PrimitiveError('died', 'the bot died', {
      remedy: 'eat, armour up, avoid the dark and high falls; items lie where it died'
    }))
    body.bot.on('death', onDeath)
    body.noted.length = 0
    this.isolate = new ivm.Isolate({ memoryLimit: Math.max(8, this.limits.memory_mb), onCatastrophicError })
    this.watch()
    try {
      await this.inIsolate()
    } catch (error) {
      this.fail(error)
    } finally {
      body.clock.real.clearInterval(this.watchdog)
      body.bot.off('death', onDeath)
      if (!this.isolate.isDisposed) this.isolate.dispose()
      if (leftOut(body.bot)) this.sentAt = body.tick
      rest(body.bot)
      if (!body.driver.lost) await this.comeBack()
      if (!body.driver.lost) await this.arrive()
    }
    if (this.lost) throw this.lost
    return this.result()
  }

  async inIsolate () {
    const context = await this.isolate.createContext()
    const host = new ivm.Reference((name, args, place) => this.isolate.isDisposed
      ? failure(this.stopped?.error ?? new Error('the isolate is gone'))
      : this.settle(this.answer(name, args, place)))
    const seed = Math.floor(this.body.random() * 2 ** 32)
    const config = { primitives: [...this.primitives.keys()], vec3: VEC3, seed }
    const prelude = await context.evalClosure(PRELUDE, [host, JSON.stringify(config)], {
      filename: '<journeyman>', arguments: { reference: false }, result: { reference: true }
    })
    const define = await prelude.get('define', { reference: true })
    const run = await prelude.get('run', { reference: true })
    for (const { id, name, source, uses = {} } of this.modules) {
      const factory = await this.compile(context, id, name, source, Object.keys(uses))
      await define.apply(undefined, [id, factory.derefInto(), Object.values(uses)], { arguments: { copy: true } })
    }
    await run.apply(undefined, [this.main, JSON.stringify(this.args)], { arguments: { copy: true } })
    // The isolate has nothing left to do here: a program that has not finished waits for what will never come.
    await context.eval('0')
    if (!this.finished && !this.stopped) {
      throw new PrimitiveError('thrown', 'the program waits for a promise that nothing will ever settle', {
        remedy: 'await only calls of bot and skills'
      })
    }
  }

  /**
   * The answer, unless the isolate was disposed meanwhile: its thread then waits no longer and frees what the answer would
   * be written into. A call that arrives after the disposal has not been told of it and needs its answer.
   */
  async settle (answer) {
    const told = await answer
    return this.isolate.isDisposed ? new Promise(() => {}) : told
  }

  /** A module as a function of its callees; the line numbers stay the writer's. */
  async compile (context, id, name, source, callees) {
    if (![name, ...callees].every(word => NAME.test(word))) {
      throw new PrimitiveError('bad_program', `'${short([name, ...callees])}' are not all names of functions`)
    }
    const head = `(function (${callees.join(', ')}) { 'use strict'; `
    const [file] = [...this.files].find(([, module]) => module === id)
    try {
      const script = await this.isolate.compileScript(`${head}${source}\n;return ${name} })`, {
        filename: file, columnOffset: -head.length
      })
      return await script.run(context, { reference: true })
    } catch (error) {
      if (this.isolate.isDisposed) throw error
      const problem = new PrimitiveError('bad_program', error.message.replace(/ \[.*\]$/, ''), {
        remedy: 'correct the program'
      })
      problem.stack = `at (${/\[(.*)\]$/.exec(error.message)?.[1] ?? file})`
      throw problem
    }
  }

  // ------------------------------------------------------------- calls out of the isolate

  /** Answers one call of the isolate, which waits for it. Never rejects. */
  async answer (name, text, place) {
    if (this.stopped) return this.refuse()
    try {
      if (typeof name !== 'string' || typeof text !== 'string' || text.length > MOST_ARGUMENT_LETTERS) {
        throw new PrimitiveError('bad_argument', 'the arguments are too large', { remedy: 'pass less' })
      }
      const args = JSON.parse(text)
      if (name === 'log') return this.note(String(args[0]))
      if (name === 'enter' || name === 'leave') return this.trace(name, args)
      if (name === 'finish') return this.finish(args)
      const [kind, operation] = name.split(':')
      if (kind === 'query' && Object.hasOwn(queries, operation)) return this.question(operation, args)
      if (kind === 'action' && Object.hasOwn(actions, operation)) {
        const refusal = this.countDeed()
        if (refusal) return refusal
        const from = this.body.tick
        const answer = await this.act(operation, body => actions[operation](body, ...args), args, place)
        if (this.body.tick === from) this.sentAt = from // primitives wait for what they send
        return answer
      }
      if (kind === 'primitive' && this.primitives.has(operation)) {
        const { run } = this.primitives.get(operation)
        return await this.act(operation, body => run(body, ...args.map(revive)), args, place)
      }
      throw new PrimitiveError('bad_argument', `there is no call '${short(name)}'`)
    } catch (error) {
      return failure(describe(error))
    }
  }

  /** A program that goes on after its end, because it catches everything, loses its isolate. */
  async refuse () {
    await this.body.clock.real.hop()
    if (!this.isolate.isDisposed) this.isolate.dispose()
    return failure(this.stopped.error)
  }

  note (line) {
    this.letters += line.length + 1
    if (this.letters <= MOST_LOG_LETTERS) this.log.push(line)
    return success(null)
  }

  /** A call of a skill begins or ends. Like a question it takes no time, and may not go on without end. */
  trace (name, [first, ...rest]) {
    if (name === 'enter') return this.countQuestion() ?? success(this.spans.enter(first, rest[0], rest[1]))
    const code = rest[0]
    this.spans.leave(first, typeof code === 'string' ? code.slice(0, 60) : null)
    return success(null)
  }

  /** The isolate tells how its main function ended; like everything from there it may be nonsense. */
  finish (told) {
    const text = value => typeof value === 'string' ? value.slice(0, MOST_ERROR_LETTERS) : ''
    const { code, message, value, remedy, stack } = told?.error ?? {}
    const about = shallow(value ?? null)
    this.finished ??= told?.ok === true
      ? { ok: true, value: shallow(told.value ?? null), note: text(told.note) }
      : { ok: false, error: { code: text(code) || 'thrown', message: text(message) || 'ended, but cannot say how',
          value: JSON.stringify(about).length > MOST_ERROR_LETTERS ? null : about, remedy: text(remedy), stack: text(stack) } }
    return success(null)
  }

  /** A refusal if the program asks without end. */
  countQuestion () {
    if (++this.questions <= MOST_QUESTIONS_A_TICK) return null
    this.stop('endless_loop', new PrimitiveError('endless_loop', 'the program asks without end and never acts', {
      remedy: 'make every loop act or end'
    }))
    return failure(this.stopped.error)
  }

  /** A refusal if the bot does too much in one moment. */
  countDeed () {
    if (++this.deeds <= MOST_DEEDS_A_TICK) return null
    this.stop('endless_loop', new PrimitiveError('endless_loop',
      `the program does more than ${MOST_DEEDS_A_TICK} things without letting any time pass`,
      { remedy: 'await bot.waitForTicks(1) between them, and make every loop end' }))
    return failure(this.stopped.error)
  }

  question (operation, args) {
    const refusal = this.countQuestion()
    if (refusal) return refusal
    const { now } = this.body.clock.real
    const from = now()
    try {
      const value = queries[operation](this.body, ...args)
      if (operation === 'self') value.now = this.body.date()
      return success(value)
    } finally {
      this.asking += now() - from
    }
  }

  /** Runs one action to its end, letting game time pass meanwhile, and writes it down. */
  async act (name, start, args, place) {
    const body = this.body.forAction()
    const from = body.tick
    const call = { name, args: args.slice(0, MOST_ARGUMENTS_KEPT).map(short), ok: true, ticks: 0, ...this.placeOf(place) }
    if (this.calls.length < MOST_CALLS_KEPT) this.calls.push(call)
    this.action = body
    const { now } = body.clock.real
    const begun = now()
    try {
      const value = await this.drive(body, (async () => start(body))())
      return success(plain(value ?? null))
    } catch (error) {
      const told = describe(error)
      call.ok = false
      call.error_code = told.code
      return failure(told)
    } finally {
      this.action = null
      call.ticks = body.tick - from
      if (call.ticks === 0) this.asking += now() - begun
    }
  }

  /** Ticks until the promise of an action settles or the run is stopped. */
  async drive (body, promise) {
    let settled = false
    const end = () => { settled = true }
    promise.then(end, end)
    await body.clock.real.hop()
    while (!settled && !this.stopped) await this.tick()
    if (this.stopped) {
      halt(body.bot)
      for (let grace = 0; !settled && grace < GRACE_TICKS; grace++) await this.step()
      for (let grace = 0; body.underWay.size > 0 && body.bot.isAlive && grace < CLICKING_TICKS; grace++) await this.step()
      throw this.stopped.error
    }
    return promise
  }

  async tick () {
    await this.step()
    this.questions = this.deeds = 0
    this.busySince = this.effort()
    if (this.body.tick - this.startTick >= this.limits.ticks) {
      const { ticks } = this.limits
      this.stop('timeout', new PrimitiveError('timeout', `the program took longer than ${ticks} game ticks`, {
        value: { ticks }, remedy: 'do less in one program, or give each step its own limit'
      }))
    }
  }

  async step () {
    try {
      await this.body.step()
    } catch (error) {
      this.lost = error
      this.stop('lost', error)
      throw error
    }
  }

  // ------------------------------------------------------------- limits

  /** Milliseconds that the isolate, and the host for its questions, have computed so far. */
  effort () {
    return this.isolate.isDisposed ? 0 : Number(this.isolate.cpuTime / 1_000_000n) + this.asking
  }

  /** Looks by the real clock whether the program computes or lasts too long. */
  watch () {
    const { real } = this.body.clock
    const started = real.now()
    this.busySince = this.effort()
    let gone = 0
    this.watchdog = real.setInterval(() => {
      // An isolate that ended itself and does not come back: V8 has lost hold of its thread, and often says so to nobody.
      if (!this.stopped && this.isolate.isDisposed && ++gone > LOST_LOOKS) onCatastrophicError('out of memory')
      if (this.stopped || this.isolate.isDisposed) return
      if (real.now() - started > this.limits.seconds * 1000) {
        this.stop('timeout', new PrimitiveError('timeout', `the program took longer than ${this.limits.seconds} s`, {
          remedy: 'do less in one program'
        }))
      } else if (!this.action && this.effort() - this.busySince > this.limits.cpu_seconds * 1000) {
        this.stop('endless_loop', new PrimitiveError('endless_loop',
          `the program computed for ${this.limits.cpu_seconds} s without acting`,
          { remedy: 'make every loop act or end' }))
      }
    }, WATCH_MS)
  }

  /** Ends the run: the action under way first, then the isolate. */
  stop (outcome, error) {
    if (this.stopped) return
    this.stopped = { outcome, error }
    this.action?.stop(error)
    if (!this.action) this.isolate.dispose()
  }

  /** What ended the isolate other than by finishing. */
  fail (error) {
    if (this.stopped) return
    const message = String(error?.message ?? error)
    if (/memory limit|out of memory/i.test(message)) {
      this.stopped = { outcome: 'out_of_memory', error: new PrimitiveError('out_of_memory',
        `the program used more than ${this.limits.memory_mb} MB`, { remedy: 'keep less at a time' }) }
    } else if (!this.finished) {
      this.finished = { ok: false, error: { ...describeForeign(error), stack: String(error?.stack ?? '') } }
    }
  }

  /** After a death: waits until the bot stands in the world again. */
  async comeBack () {
    for (let tick = 0; !this.body.bot.isAlive && tick < RESPAWN_TICKS; tick++) await this.body.step()
  }

  /** What was sent last, and not waited for, has reached the world and been answered when the run is over. */
  async arrive () {
    if (this.sentAt === this.body.tick) for (let tick = 0; tick < ARRIVAL_TICKS; tick++) await this.body.step()
  }

  // ------------------------------------------------------------- the result

  result () {
    const code = this.stopped ? describe(this.stopped.error).code : this.finished.error?.code
    const base = { value: null, error: null, calls: this.calls, spans: this.spans.all(code), log: this.log,
      notes: [...this.body.noted], ticks: this.body.tick - this.startTick }
    if (this.stopped) {
      const where = this.calls.at(-1)
      return { ...base, outcome: this.stopped.outcome, error: { ...describe(this.stopped.error),
        where: where?.module ? this.whereOf(where) : null } }
    }
    const { ok, value, note, error } = this.finished
    if (note) this.log.push(note)
    if (ok) return { ...base, outcome: 'returned', value }
    const { stack = '', ...told } = error
    return { ...base, outcome: 'threw', error: { value: null, remedy: '', ...told,
      where: this.whereOf(this.placeOf(String(stack))) } }
  }

  /** The module and line of the first stack frame that is of a module. */
  placeOf (stack) {
    // A path stands before files of ours, whose names a module may share.
    for (const [, file, line, column] of String(stack).slice(0, MOST_STACK_LETTERS).matchAll(/(?<![\w$'/])([\w$']+\.js):(\d+):(\d+)/g)) {
      const module = this.files.get(file)
      if (module !== undefined) return { module, line: Number(line), column: Number(column) }
    }
    return { module: null, line: null, column: null }
  }

  whereOf ({ module, line, column }) {
    if (module === null) return null
    const source = this.modules.find(({ id }) => id === module).source
    return { module, line, column: column ?? null, text: (source.split('\n')[line - 1] ?? '').trim().slice(0, 200) }
  }
}

function describeForeign (error) {
  if (error instanceof PrimitiveError) return error.toJSON()
  return { code: 'thrown', message: String(error?.message ?? error).slice(0, 2000), value: null, remedy: '' }
}

/** Plain JSON without what lies too deep in it. */
function shallow (value, levels = MOST_LEVELS) {
  if (value === null || typeof value !== 'object') return value
  if (levels === 0) return null
  if (Array.isArray(value)) return value.map(element => shallow(element, levels - 1))
  return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, shallow(element, levels - 1)]))
}

/** Positions among the arguments of a primitive arrive as Vec3. */
function revive (value) {
  const isPosition = value && typeof value === 'object' && [value.x, value.y, value.z].every(Number.isFinite)
  return isPosition && Object.keys(value).length === 3 ? new Vec3(value.x, value.y, value.z) : value
}

const success = value => JSON.stringify({ ok: true, value })
const failure = error => JSON.stringify({ ok: false, error: error instanceof Error ? describe(error) : error })

/**
 * V8 could not unwind an isolate that ran out of memory, and its thread will never be joined: this process is no longer
 * sound, and an orderly exit would wait for ever. Python knows this end by the line in the log.
 */
function onCatastrophicError (message) {
  fs.writeSync(1, `isolate beyond recovery: ${message}\n`)
  process.kill(process.pid, 'SIGKILL')
}

module.exports = { Run }
