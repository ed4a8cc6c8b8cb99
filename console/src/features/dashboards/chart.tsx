import { Text, useComputedColorScheme } from '@mantine/core'
import { BarChart, CustomChart, LineChart, MapChart, ScatterChart } from 'echarts/charts'
import {
  GeoComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TitleComponent,
  TooltipComponent,
  VisualMapComponent,
} from 'echarts/components'
import * as echarts from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { useMediaQuery } from '@mantine/hooks'
import { useContext, useEffect, useMemo, useRef } from 'react'

import { PHONE } from '../../components/widths'
import { marksOf } from '../notes/marks'
import { NoteList } from '../notes/note-list'
import { isShownOn, NotePlace } from '../notes/note-place'
import { useNotes } from '../notes/notes'
import { axisOf, newest, options, type Shown } from './chart-options'
import { barsHeight } from './charts/bar'
import { cautionWords } from './charts/cautions'
import { greyWords, logWords } from './charts/left-words'
import { isMultiples, NARROW_HEIGHT } from './charts/multiples'
import { registerWorld } from './world'

echarts.use([
  BarChart,
  CustomChart,
  GeoComponent,
  GridComponent,
  LegendComponent,
  LineChart,
  MapChart,
  MarkLineComponent,
  ScatterChart,
  SVGRenderer,
  TitleComponent,
  TooltipComponent,
  VisualMapComponent,
])

interface Props {
  shown: Shown
  height: number
  /** Called with the name that was clicked: of a bar, a country, a point. */
  onPick?: ((name: string) => void) | undefined
}

/** A chart drawn as SVG. Its numbers are in the panel's table, which a screen reader gets instead. */
export default function Chart({ shown: all, height, onPick }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const scheme = useComputedColorScheme('light')
  const isPhone = useMediaQuery(PHONE, undefined, { getInitialValueInEffect: false })
  const shown = useMemo(() => (isPhone ? newest(all) : all), [all, isPhone])
  const notes = useNotes().data
  const dashboard = useContext(NotePlace)
  const marks = useMemo(() => {
    const own = (notes ?? []).filter((note) => isShownOn(note, dashboard, shown.panel.name))
    return marksOf(axisOf(shown), own)
  }, [shown, notes, dashboard])
  const pick = useRef(onPick)
  useEffect(() => {
    pick.current = onPick
  })
  const barsPx = barsHeight({ ...shown, isNarrow: isPhone }, height)
  useEffect(() => {
    const element = place.current
    if (!element) return undefined
    if (shown.panel.kind === 'map') registerWorld(echarts)
    const chart = echarts.init(element, scheme === 'dark' ? 'dark' : undefined, { renderer: 'svg' })
    chart.setOption({
      backgroundColor: 'transparent',
      animation: false,
      ...options({ ...shown, marks, isNarrow: isPhone, height: barsPx }, scheme),
    })
    chart.on('click', ({ name }) => pick.current?.(name))
    const observer = new ResizeObserver(() => chart.resize())
    observer.observe(element)
    return () => {
      observer.disconnect()
      chart.dispose()
    }
  }, [shown, marks, scheme, isPhone, barsPx])
  // A map is about twice as wide as high, and fills the width of its panel.
  const isHigher = isPhone && isMultiples(shown.panel)
  const size =
    shown.panel.kind === 'map'
      ? { aspectRatio: '1.9', width: '100%' }
      : heightOf(isHigher ? height * NARROW_HEIGHT : barsPx)
  return (
    <>
      <div ref={place} style={size} role="img" aria-label={shown.panel.question} />
      <ChartNotes shown={shown} isPhone={isPhone ?? false} />
      <NoteList marks={marks} />
    </>
  )
}

/** The height of a chart, which grows beside a taller panel of a dashboard. */
const heightOf = (px: number) => ({ height: px, flex: `1 0 ${px}px` })

/** What a chart does not show of its values and series by itself, and why some bars are paler: on a phone their labels have no room for it. */
function ChartNotes({ shown, isPhone }: { shown: Shown; isPhone: boolean }) {
  const cautions = isPhone && shown.panel.kind === 'bar' ? cautionWords(shown) : ''
  const words = [logWords(shown), greyWords(shown), cautions].filter(Boolean).join(' ')
  return words ? (
    <Text size="xs" className="muted">
      {words}
    </Text>
  ) : null
}
