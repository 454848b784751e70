/** Lines of sight through the loaded blocks: what stands between the eyes and a block. */
'use strict'

const { Vec3 } = require('vec3')

const EYE_HEIGHT = 1.62
const CENTRE = [0.5, 0.5, 0.5]
const FACES = [
  [0.5, 0.95, 0.5], [0.5, 0.05, 0.5], [0.95, 0.5, 0.5], [0.05, 0.5, 0.5], [0.5, 0.5, 0.95], [0.5, 0.5, 0.05]
]

function eyesAt (x, y, z) {
  return new Vec3(x, y + EYE_HEIGHT, z)
}

/** The first block with a shape on the way from the eyes to a point: its position, or null. What is behind is no matter. */
function firstHit (bot, eyes, point) {
  const way = point.minus(eyes)
  const length = way.norm()
  const hit = bot.world.raycast(eyes, way.scaled(1 / length), Math.ceil(length) + 1)
  return hit && hit.intersect.distanceTo(eyes) <= length ? hit.position : null
}

/** Whether nothing stands between the eyes and a point. */
function nothingBefore (bot, eyes, point) {
  return firstHit(bot, eyes, point) === null
}

/** Whether some face of the block at `target` is in plain view from `eyes`. */
function clearLine (bot, eyes, target) {
  return clearPoint(bot, eyes, target) !== null
}

/** The first point of the block at `target`, its middle or a face, that is in plain view from `eyes`, or null. */
function clearPoint (bot, eyes, target) {
  const faces = [CENTRE, ...FACES.filter(([x, y, z]) =>
    (x === 0.5 || (eyes.x - target.x - 0.5) * (x - 0.5) > 0) &&
    (y === 0.5 || (eyes.y - target.y - 0.5) * (y - 0.5) > 0) &&
    (z === 0.5 || (eyes.z - target.z - 0.5) * (z - 0.5) > 0))]
  const points = faces.map(([x, y, z]) => target.offset(x, y, z))
  return points.find(point => {
    const hit = firstHit(bot, eyes, point)
    return hit === null || hit.equals(target)
  }) ?? null
}

/** What hides the block at `target`: the position of the first block in between, or null. */
function hiddenBy (bot, eyes, target) {
  const hit = firstHit(bot, eyes, target.offset(...CENTRE))
  return hit === null || hit.equals(target) ? null : hit
}

module.exports = { eyesAt, nothingBefore, clearLine, clearPoint, hiddenBy }
