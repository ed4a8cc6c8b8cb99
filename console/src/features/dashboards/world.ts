import type * as Echarts from 'echarts/core'
import iso from 'i18n-iso-countries/codes.json'
import { feature } from 'topojson-client'
import type { GeometryCollection, Topology } from 'topojson-specification'
import world from 'world-atlas/countries-110m.json'

export const WORLD = 'world'

/** Countries by ISO 3166-1 alpha-2 code. The shapes have the numeric code. */
export function registerWorld(echarts: typeof Echarts): void {
  if (echarts.getMap(WORLD)) return
  const codes = new Map((iso as [string, string, string][]).map(([two, , digits]) => [digits, two]))
  const topology = world as unknown as Topology<{ countries: GeometryCollection<{ name: string }> }>
  const shapes = feature(topology, topology.objects.countries)
  for (const shape of shapes.features) {
    const code = codes.get(String(shape.id ?? ''))
    if (code) shape.properties = { name: code }
  }
  echarts.registerMap(WORLD, shapes as unknown as Parameters<typeof echarts.registerMap>[1])
}
