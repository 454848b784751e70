/**
 * What every primitive, reflex and host call receives as `body`: one object per joined bot. It offers the bot, the
 * game data, time in ticks, sight within the rule of the world, and a place to note what happened. It never moves
 * time itself: the run that asked for the action does (lockstep.js), so a primitive only ever awaits.
 *
 *   body.bot               the unmodified mineflayer bot, pathfinder loaded
 *   body.clock             virtual time: clock.now() in ms; setTimeout, Date and performance already follow it
 *   body.data              minecraft-data 1.20.1 (itemsByName, blocksByName, ...); body.tags: {logs: ['oak_log', ...], ...}
 *   body.tick              ticks since joining
 *   await body.ticks(n)    continues n game ticks later; throws when the action is stopped
 *   await body.until(test, n)   true as soon as test() is truthy (asked every tick), false after n ticks
 *   body.deadline(n)       object with .left (ticks), .over, .check() that throws `timeout`
 *   body.sight.find({matching: (block) => bool | names, maxDistance, count, point}) -> Vec3[], nearest first
 *   body.sight.entities(test) -> visible entities, nearest first
 *   body.events(kind, data)     notes something for the trace of the run (log lines for the model; not evidence)
 *   body.signal            AbortSignal of the action under way; body.stopped: true once it was aborted
 *   body.random()          seeded chance, 0 <= x < 1 (Math.random is the same generator)
 */
'use strict'
module.exports = {}
