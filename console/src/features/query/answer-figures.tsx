import { Group, Text } from '@mantine/core'

import { type Cell, unitWord } from '../../api/format'
import {
  type AnswerColumn,
  type ColumnFormat,
  type Units,
  useAnswerLabels,
  useAnswerUnits,
} from '../../formats/columns'
import { isDividedByZero } from './figures-of'
import { useStatementFormats } from './statement-formats'

interface Props {
  answer: { columns: AnswerColumn[]; rows: Cell[][] }
  /** The units that a panel or a question states itself. */
  units?: Units | undefined
  /** The title that the figure has already; without it each figure has the heading of its column. */
  title?: string
}

/** The only row of an answer as figures, each with its unit and the heading of its column: the same on Query, My dashboard and published dashboards. */
export function AnswerFigures({ answer, units: own, title = '' }: Props) {
  const units = useAnswerUnits('', answer.columns, own)
  const labels = useAnswerLabels('', answer.columns)
  const formats = useStatementFormats(answer.columns, answer.rows, units, labels)
  const isTitled = title !== '' && answer.columns.length === 1
  return (
    <Group gap="xl" align="start" data-answer-figures>
      {answer.columns.map(({ name }, place) => (
        <OneFigure
          key={name}
          name={name}
          format={formats[place]}
          value={answer.rows[0]?.[place] ?? null}
          unit={units[name] ?? ''}
          hasHeading={!isTitled}
        />
      ))}
    </Group>
  )
}

interface FigureProps {
  name: string
  format: ColumnFormat | undefined
  value: Cell
  unit: string
  hasHeading: boolean
}

function OneFigure({ name, format, value, unit, hasHeading }: FigureProps) {
  if (!format) return null
  // A heading has the unit already.
  const word = hasHeading ? '' : unitWord(value, unit)
  if (isDividedByZero(value))
    return (
      <div>
        <Text fz={20} fw={600} lh={1.4} component="div">
          <span data-testid={`figure-of-${name}`}>no value: divided by zero</span>
        </Text>
        <Text size="sm" className="muted">
          {hasHeading ? `${format.heading}. ` : ''}NULLIF(x, 0) as the divisor leaves it empty.
        </Text>
      </div>
    )
  return (
    <div>
      <Text fz={28} fw={600} lh={1.2} component="div">
        <span data-testid={`figure-of-${name}`}>{format.text(value)}</span>
        {word ? (
          <Text span size="sm" fw={400}>
            {' '}
            {word}
          </Text>
        ) : null}
      </Text>
      {hasHeading ? (
        <Text size="sm" className="muted">
          {format.heading}
        </Text>
      ) : null}
    </div>
  )
}
