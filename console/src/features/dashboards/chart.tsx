import { useComputedColorScheme } from '@mantine/core'
import { BarChart, CustomChart, LineChart, MapChart, ScatterChart } from 'echarts/charts'
import {
  GeoComponent,
  GridComponent,
  LegendComponent,
  TooltipComponent,
  VisualMapComponent,
} from 'echarts/components'
import * as echarts from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'

import { type Shown, options } from './chart-options'
import { registerWorld } from './world'

echarts.use([
  BarChart,
  CustomChart,
  GeoComponent,
  GridComponent,
  LegendComponent,
  LineChart,
  MapChart,
  ScatterChart,
  SVGRenderer,
  TooltipComponent,
  VisualMapComponent,
])

/** A chart drawn as SVG. Its numbers are in the panel's table, which a screen reader gets instead. */
export default function Chart({ shown, height }: { shown: Shown; height: number }) {
  const place = useRef<HTMLDivElement>(null)
  const scheme = useComputedColorScheme('light')
  useEffect(() => {
    const element = place.current
    if (!element) return undefined
    if (shown.panel.kind === 'map') registerWorld(echarts)
    const chart = echarts.init(element, scheme === 'dark' ? 'dark' : undefined, { renderer: 'svg' })
    chart.setOption({ backgroundColor: 'transparent', animation: false, ...options(shown, scheme) })
    const observer = new ResizeObserver(() => chart.resize())
    observer.observe(element)
    return () => {
      observer.disconnect()
      chart.dispose()
    }
  }, [shown, scheme])
  // A map is about twice as wide as high; on a phone more height would be empty.
  const size = shown.panel.kind === 'map' ? { aspectRatio: '1.8', maxHeight: height } : { height }
  return <div ref={place} style={size} role="img" aria-label={shown.panel.question} />
}
