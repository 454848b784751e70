'use strict'
/**
 * The lie of the land: for each (x, z) the height of the ground and the biome, from a handful of noise fields.
 *
 * `Climate` is a pure function of the seed and the place. It knows nothing of blocks below the surface.
 */

const { Noise } = require('./noise')
const table = require('../data/biomes.json')

/** The highest layer of water lies at 62; land starts at 63. */
const SEA_LEVEL = 63
const LOWEST_GROUND = 30
const HIGHEST_GROUND = 220
const PEAKS_FROM = 150
const HILLS_FROM = 105
const RIVER_WIDTH = 0.035

/** Biome names in a fixed order; a biome's number is its place in this list. */
const BIOMES = Object.keys(table)
const numberOf = Object.fromEntries(BIOMES.map((name, number) => [name, number]))

/** Ground height by continentalness: points between which the height is interpolated. */
const CONTINENT = [[-1, 32], [-0.5, 40], [-0.22, 52], [-0.06, 61], [0.06, 65], [0.35, 69], [1, 80]]

function continentHeight(c) {
  for (let i = 1; i < CONTINENT.length; i++) {
    const [to, high] = CONTINENT[i]
    if (c > to) continue
    const [from, low] = CONTINENT[i - 1]
    return low + ((high - low) * (Math.max(c, from) - from)) / (to - from)
  }
  return CONTINENT[CONTINENT.length - 1][1]
}

function landBiome(temperature, wetness) {
  if (temperature > 0.38) {
    if (wetness > 0.28) return numberOf.jungle
    return wetness < -0.05 ? numberOf.desert : numberOf.savanna
  }
  if (temperature < -0.34) {
    if (wetness < -0.02) return temperature < -0.42 ? numberOf.snowy_plains : numberOf.plains
    return temperature < -0.6 ? numberOf.snowy_taiga : numberOf.taiga
  }
  if (wetness > 0.46) return numberOf.dark_forest
  if (wetness > 0.32) return numberOf.birch_forest
  return wetness > 0.02 ? numberOf.forest : numberOf.plains
}

/** Height and biome of every place of one world. */
class Climate {
  constructor(seed) {
    const field = (salt) => new Noise(seed ^ salt)
    this.continent = field(0x1111)
    this.mountain = field(0x2222)
    this.detail = field(0x3333)
    this.warmth = field(0x4444)
    this.rain = field(0x5555)
    this.stream = field(0x6666)
    this.height = 0
    this.biome = 0
  }

  /** Compute the place; the answer is left in `height` (of the top ground block) and `biome` (a number). */
  at(x, z) {
    const c = this.continent.octaves2(x / 420, z / 420, 4) * 1.7 + 0.18
    const mountain = Math.max(0, this.mountain.octaves2(x / 260, z / 260, 3) * 1.6 - 0.3)
    const hilly = this.detail.octaves2(x / 64, z / 64, 3)
    const inland = Math.min(1, Math.max(0, (c - 0.02) * 6))
    let height = continentHeight(c) + hilly * (3 + 4 * inland) + inland * mountain * (35 + mountain * 230)
    const river = this.riverDepth(x, z, c, mountain)
    const inRiver = river < 1
    if (inRiver) height = Math.min(height, SEA_LEVEL - 5 + river * river * 9)
    this.height = Math.floor(Math.max(LOWEST_GROUND, Math.min(HIGHEST_GROUND, height)))
    this.biome = this.chooseBiome(x, z, c, inRiver)
    return this
  }

  /** 0 in the middle of a river, 1 and more outside. Mountains and the open sea have none. */
  riverDepth(x, z, c, mountain) {
    if (c < -0.1 || mountain > 0.2) return 1
    const away = Math.abs(this.stream.at2(x / 300, z / 300)) / RIVER_WIDTH
    return away + mountain * 5
  }

  chooseBiome(x, z, c, inRiver) {
    const { height } = this
    const temperature = this.warmth.octaves2(x / 500, z / 500, 2) * 1.8
    if (height < SEA_LEVEL - 1) {
      if (inRiver) return numberOf.river
      return height < 45 ? numberOf.deep_ocean : numberOf.ocean
    }
    if (height <= SEA_LEVEL + 1 && c < 0.06 && !inRiver) {
      return temperature < -0.5 ? numberOf.snowy_beach : numberOf.beach
    }
    if (height > PEAKS_FROM) return numberOf.stony_peaks
    if (height > HILLS_FROM) return numberOf.windswept_hills
    const wetness = this.rain.octaves2(x / 450, z / 450, 2) * 1.8
    if (height <= SEA_LEVEL + 3 && wetness > 0.3 && temperature > -0.2 && temperature < 0.5) return numberOf.swamp
    return landBiome(temperature, wetness)
  }
}

module.exports = { Climate, BIOMES, biomeTable: table, SEA_LEVEL }
