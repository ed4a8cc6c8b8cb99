import type { Schemas } from '../../api/client'
import type { Units } from '../../formats/columns'

/** The units that the panels about a table state. */
export const unitsOfPanels = (boards: Pick<Schemas['Dashboard'], 'panels'>[], table: string): Units =>
  Object.assign(
    {},
    ...boards
      .flatMap(({ panels }) => panels)
      .filter((panel) => panel.table === table)
      .map(({ units }) => units),
  ) as Units
