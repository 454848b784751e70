'use strict'
/**
 * How the world tells clients of harm: who was hurt, by what kind of damage, and by whom. Our words for causes are in
 * ../data/damage.json beside the game's names of kinds of damage. Decides nothing about the harm itself.
 */

const TYPES = require('../data/damage.json')
const { registry } = require('./gamedata')

const SENT = registry.loginPacket.dimensionCodec.value['minecraft:damage_type'].value.value.value.value
/** Name of a kind of damage to the number that this world's login packet gives it. */
const NUMBERS = new Map(SENT.map(({ name, id }) => [name.value.replace('minecraft:', ''), id.value]))

/**
 * The message of a blow, fall or burn.
 * @param victim    the entity that was hurt
 * @param cause     our word for what hurt it; anything that is not in the table is some attacker
 * @param attacker  the entity that did it, if one did
 */
function damageEvent(victim, cause, attacker = null) {
  const kind = TYPES[cause] ?? (attacker?.session ? 'player_attack' : 'mob_attack')
  const by = attacker ? attacker.id + 1 : 0
  return { entityId: victim.id, sourceTypeId: NUMBERS.get(kind), sourceCauseId: by, sourceDirectId: by }
}

module.exports = { damageEvent }
