import { Anchor, Text } from '@mantine/core'

import { figure } from '../../api/format'
import { queryAddress } from '../../formats/sql'
import { type Bar, type ColumnInsight, isGap } from './column-insight'
import { largestNumber } from '../../formats/extremes'

/** One column: what is unusual, its facts, and the shares of its values. */
export function ColumnCard({ insight }: { insight: ColumnInsight }) {
  return (
    <li className="column-card">
      <Text size="sm" className="any-text" component="h3" fw={600} m={0} title={insight.name}>
        {insight.heading}{' '}
        <Text span size="xs" className="muted">
          {insight.kind}
        </Text>
      </Text>
      {insight.look.map((text) => (
        <Text key={text} size="sm" className={isGap(text) ? 'muted' : 'look'}>
          {text}
        </Text>
      ))}
      {insight.outliers ? (
        <Anchor
          size="sm"
          href={queryAddress(insight.outliers)}
          aria-label={`Show the outliers of ${insight.heading}`}
        >
          Show these rows
        </Anchor>
      ) : null}
      {insight.byCurrency ? (
        <Anchor
          size="sm"
          href={queryAddress(insight.byCurrency)}
          aria-label={`Show ${insight.heading} by currency`}
        >
          Show them by currency
        </Anchor>
      ) : null}
      {insight.facts.map((text) => (
        <Text key={text} size="sm">
          {text}
        </Text>
      ))}
      <Bars bars={insight.bars} label={`Values of ${insight.heading}`} />
      {insight.barsBasis ? (
        <Text size="xs" className="muted">
          {insight.barsBasis}
        </Text>
      ) : null}
    </li>
  )
}

function Bars({ bars, label }: { bars: Bar[]; label: string }) {
  if (bars.length === 0) return null
  const most = largestNumber(bars.map(({ share }) => share))
  return (
    <ul className="bars" aria-label={label}>
      {bars.map(({ label: name, share }) => (
        <li key={name}>
          <span className="bar-name" title={name}>
            {name}
          </span>
          <span className="bar-way" aria-hidden>
            <span style={{ width: `${(100 * share) / most}%` }} />
          </span>
          <span className="number">{figure(share, 'share')}</span>
        </li>
      ))}
    </ul>
  )
}
