import type * as Echarts from 'echarts/core'
import iso from 'i18n-iso-countries/codes.json'
import { feature } from 'topojson-client'
import type { GeometryCollection, Topology } from 'topojson-specification'
import world from 'world-atlas/countries-110m.json'

export const WORLD = 'world'
const ANTARCTICA = '010' // no sales there, and its ring goes around the pole

/** Countries by ISO 3166-1 alpha-2 code. The shapes have the numeric code. */
export function registerWorld(echarts: typeof Echarts): void {
  if (echarts.getMap(WORLD)) return
  const codes = new Map((iso as [string, string, string][]).map(([two, , digits]) => [digits, two]))
  const topology = world as unknown as Topology<{ countries: GeometryCollection<{ name: string }> }>
  const shapes = feature(topology, topology.objects.countries)
  const drawn = shapes.features.filter((shape) => shape.id !== ANTARCTICA)
  for (const shape of drawn) {
    const code = codes.get(String(shape.id ?? ''))
    if (code) shape.properties = { name: code }
    if (shape.geometry.type === 'Polygon') shape.geometry.coordinates.forEach(unwrap)
    if (shape.geometry.type === 'MultiPolygon') shape.geometry.coordinates.flat().forEach(unwrap)
  }
  const collection = { ...shapes, features: drawn }
  echarts.registerMap(WORLD, collection as unknown as Parameters<typeof echarts.registerMap>[1])
}

/** Draw a ring that crosses the 180th meridian in one piece: east of it, not as a line around the world. */
function unwrap(ring: number[][]): void {
  const crosses = ring.some(
    (point, at) => at > 0 && Math.abs((point[0] ?? 0) - (ring[at - 1]?.[0] ?? 0)) > 180,
  )
  if (!crosses) return
  for (const point of ring) if ((point[0] ?? 0) < 0) point[0] = (point[0] ?? 0) + 360
}
