import { Grid as Columns } from '@mantine/core'

import type { Schemas } from '../../api/client'
import type { Narrowed } from './filters'
import { Kpi } from './kpi'

interface Props {
  panels: Schemas['Panel'][]
  ownerOf: (panel: Schemas['Panel']) => Schemas['Dashboard']
  narrowedBy: (panel: Schemas['Panel']) => Narrowed
  isRepeated?: (panel: Schemas['Panel']) => boolean
}

/** The figures among some panels, side by side. */
export function Figures({ panels, ownerOf, narrowedBy, isRepeated = () => false }: Props) {
  const figures = panels.filter((panel) => panel.kind === 'kpi')
  if (figures.length === 0) return null
  // Two are side by side in half a window: the last of an odd number has the whole line.
  const lonely = figures.length % 2 === 1 ? figures.at(-1) : undefined
  return (
    <Columns gap="sm">
      {figures.map((panel) => (
        <Columns.Col
          span={{ base: 12, xs: panel === lonely ? 12 : 6, md: 12 / figures.length }}
          key={panel.name}
        >
          <Kpi
            panel={panel}
            board={ownerOf(panel)}
            narrowed={narrowedBy(panel)}
            isRepeated={isRepeated(panel)}
          />
        </Columns.Col>
      ))}
    </Columns>
  )
}
