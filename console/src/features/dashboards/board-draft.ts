import type { Schemas } from '../../api/client'
import { type Drawing, drawingOf, type KeptQuestion, partsOf, type WithParts } from '../query/saved-questions'

type Layout = Drawing & Pick<Schemas['PanelAsked'], 'width'>
export type PanelAsked = Omit<WithParts<Schemas['PanelAsked']>, keyof Layout> & Partial<Layout>
export type Kind = PanelAsked['kind']

/** A dashboard while somebody writes it. */
export interface Draft {
  title: string
  panels: PanelAsked[]
  /** When the dashboard was written that it replaces; empty for a new one. */
  replaces: string
}

/** The address of a person's own dashboard, which no system and no title is named. */
export const OWN_BOARD = 'mine'

const MOST_OF_A_NAME = 64

/** The name of a dashboard in its address, from its title; empty for a title without letters and digits. */
export const boardName = (title: string): string =>
  title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MOST_OF_A_NAME)
    .replace(/^-|-$/g, '')

/** How a panel is drawn, its action and its width, where they are not the usual ones. Only lines and bars are drawn in another way. */
const layoutOf = (kind: string, { width, ...drawing }: Partial<Layout>): Partial<Layout> => ({
  ...drawingOf(kind === 'line' || kind === 'bar' ? drawing : { action: drawing.action }),
  ...(width ? { width } : {}),
})

/** A question that a person keeps, as a panel. */
export const panelOf = ({
  name,
  sql,
  kind,
  x,
  y,
  series,
  ...parts
}: KeptQuestion & Partial<Pick<Layout, 'width'>>): PanelAsked => ({
  name,
  sql,
  kind,
  unit: '',
  x,
  y,
  series,
  ...partsOf(parts),
  ...layoutOf(kind, parts),
})

/** A panel of another kind, without the scale, the form and the stacking of its own. */
export function ofKind(panel: PanelAsked, kind: Kind): PanelAsked {
  if (kind === panel.kind) return panel
  const { scale, form, is_stacked, ...rest } = panel
  void [scale, form, is_stacked]
  return { ...rest, kind }
}

/** A panel in another width; without one in the usual width of its kind. */
export const ofWidth = (panel: PanelAsked, width: PanelAsked['width']): PanelAsked => {
  const { width: usual, ...rest } = panel
  return width ? { ...rest, width } : usual ? rest : panel
}

const KINDS = new Set<string>(['kpi', 'line', 'fan', 'bar', 'table'])

/** A dashboard that somebody wrote, to be edited. */
export const draftOf = (board: Schemas['Dashboard']): Draft => ({
  title: board.title,
  replaces: board.written_at,
  panels: board.panels.map(({ question, sql, kind, unit, x, y, series, ...parts }, place) => ({
    name: question,
    sql,
    kind: KINDS.has(kind) ? (kind as Kind) : 'table',
    unit: board.written_units[place] ?? unit,
    x,
    y,
    series,
    ...partsOf(parts),
    ...layoutOf(kind, parts),
  })),
})

const FAN = { value: 'fan', label: 'lines with their band' } as const

/** How a panel can be drawn: a chart needs the columns that its question chose. */
export function kindsOf(panel: Pick<PanelAsked, 'x' | 'y' | 'bounds'>): { value: Kind; label: string }[] {
  const charts: { value: Kind; label: string }[] = [
    { value: 'line', label: 'lines' },
    { value: 'bar', label: 'bars' },
  ]
  return [
    ...(panel.x && panel.y.length > 0 && panel.bounds?.length ? [FAN] : []),
    ...(panel.x && panel.y.length > 0 ? charts : []),
    { value: 'table', label: 'table' },
    { value: 'kpi', label: 'one figure' },
  ]
}

/** The panels with one of them a place earlier (-1) or later (1); the same at an end. */
export function moved(panels: readonly PanelAsked[], place: number, by: -1 | 1): PanelAsked[] {
  const next = [...panels]
  const [panel] = next.splice(place, 1)
  if (panel) next.splice(Math.max(0, Math.min(next.length, place + by)), 0, panel)
  return next
}

export const isReserved = (title: string): boolean => boardName(title) === OWN_BOARD

/** What a dashboard lacks to be published, in a sentence; empty for a complete one. */
export function missingOf({ title, panels }: Pick<Draft, 'title' | 'panels'>): string {
  if (boardName(title) === '') return 'Give the dashboard a title with letters or digits first.'
  if (isReserved(title)) return 'Choose another title first.'
  if (panels.length === 0) return 'Add a question first.'
  return panels.every(({ name }) => name.trim() !== '') ? '' : 'Give each panel its question first.'
}
