/**
 * The registries that a server sends at login: which number means which biome or kind of damage on this server. Plugins
 * and data packs add their own, so the game's own tables are not enough. Reads the login packet, nothing else.
 */
'use strict'

/** Number to name (without `minecraft:`) of one registry, such as 'minecraft:damage_type'; empty when it was not sent. */
function namesOf (loginPacket, registry) {
  const sent = loginPacket?.dimensionCodec?.value?.[registry]?.value?.value?.value?.value ?? []
  return Object.fromEntries(sent.map(({ id, name }) => [id.value, name.value.replace(/^minecraft:/, '')]))
}

module.exports = { namesOf }
