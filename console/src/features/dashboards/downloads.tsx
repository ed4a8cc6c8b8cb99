import { Menu } from '@mantine/core'

import { saveCsv, saveXlsx } from '../../formats/save-table'

interface Props {
  /** The name of the files, without their ending. */
  file: string
  answer: Parameters<typeof saveXlsx>[1] | undefined
  sheet: Parameters<typeof saveXlsx>[2]
  /** Saves the chart that the panel shows, or its table. */
  onPicture: (chart: SVGSVGElement | null) => void
}

/** The items of a panel's menu that download its answer. */
export const Downloads = ({ file, answer, sheet, onPicture }: Props) => (
  <>
    <Menu.Item disabled={!answer} onClick={() => answer && void saveXlsx(file, answer, sheet)}>
      Download Excel
    </Menu.Item>
    <Menu.Item disabled={!answer} onClick={() => answer && saveCsv(file, answer)}>
      Download CSV
    </Menu.Item>
    <Menu.Item
      disabled={!answer}
      onClick={({ currentTarget }) =>
        onPicture(currentTarget.closest('section')?.querySelector<SVGSVGElement>('[role=img] svg') ?? null)
      }
    >
      Download picture (PNG)
    </Menu.Item>
  </>
)
