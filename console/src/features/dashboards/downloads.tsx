import { Menu } from '@mantine/core'

import { saveCsv, saveXlsx } from '../../formats/save-table'

interface Props {
  /** The name of the files, without their ending. */
  file: string
  answer: Parameters<typeof saveXlsx>[1] | undefined
  /** What the workbook says beside the rows of the panel. */
  sheet: (panel: ParentNode) => Parameters<typeof saveXlsx>[2]
  /** Saves the chart that the panel shows, or its table. */
  onPicture: (chart: SVGSVGElement | null, panel: ParentNode) => void
}

/** The lines of a file that leaves the page: its filters, how its chart differs from its rows, where it comes from and as of when. */
export const panelNotes = (panel: ParentNode, filters: string[]): string[] =>
  [
    filters.length > 0 ? `Filter: ${filters.join(', ')}` : '',
    panel.querySelector('[data-chart-note]')?.textContent ?? '',
    panel.querySelector('[data-answer-origin]')?.textContent ?? '',
  ].filter(Boolean)

const panelAt = (element: Element): ParentNode => element.closest('section') ?? element

/** The items of a panel's menu that download its answer. */
export const Downloads = ({ file, answer, sheet, onPicture }: Props) => (
  <>
    <Menu.Item
      disabled={!answer}
      onClick={({ currentTarget }) => answer && void saveXlsx(file, answer, sheet(panelAt(currentTarget)))}
    >
      Download Excel
    </Menu.Item>
    <Menu.Item disabled={!answer} onClick={() => answer && saveCsv(file, answer)}>
      Download CSV
    </Menu.Item>
    <Menu.Item
      disabled={!answer}
      onClick={({ currentTarget }) => {
        const panel = panelAt(currentTarget)
        onPicture(panel.querySelector<SVGSVGElement>('[role=img] svg'), panel)
      }}
    >
      Download picture (PNG)
    </Menu.Item>
  </>
)
