import { Grid as Columns } from '@mantine/core'
import { useCallback, useState } from 'react'

import type { Schemas } from '../../api/client'
import type { Narrowed } from './filters'
import { Kpi } from './kpi'

interface Props {
  panels: Schemas['Panel'][]
  ownerOf: (panel: Schemas['Panel']) => Schemas['Dashboard']
  narrowedBy: (panel: Schemas['Panel']) => Narrowed
  isRepeated?: (panel: Schemas['Panel']) => boolean
}

/** The figures among some panels, side by side; those that are a reason only have a line each below the others. */
export function Figures({ panels, ownerOf, narrowedBy, isRepeated = () => false }: Props) {
  const [lines, setLines] = useState<Readonly<Record<string, boolean>>>({})
  const onLine = useCallback(
    (name: string, isLine: boolean) =>
      setLines((before) => ((before[name] ?? false) === isLine ? before : { ...before, [name]: isLine })),
    [],
  )
  const figures = panels.filter((panel) => panel.kind === 'kpi')
  if (figures.length === 0) return null
  // Two are side by side in half a window: the last of an odd number has the whole line.
  const beside = figures.filter(({ name }) => !lines[name])
  const lonely = beside.length % 2 === 1 ? beside.at(-1) : undefined
  return (
    <Columns gap="sm">
      {figures.map((panel) => (
        <Columns.Col
          span={lines[panel.name] ? 12 : { base: 12, xs: panel === lonely ? 12 : 6, md: 12 / beside.length }}
          order={lines[panel.name] ? 2 : 1}
          key={panel.name}
        >
          <Kpi
            panel={panel}
            board={ownerOf(panel)}
            narrowed={narrowedBy(panel)}
            isRepeated={isRepeated(panel)}
            onLine={onLine}
          />
        </Columns.Col>
      ))}
    </Columns>
  )
}
