import { count } from '../../api/format'
import { heading } from '../../formats/words'
import { distanceOf, lineageAddress, nextTo, type TableUse } from './column-uses'
import { largestNumber } from '../../formats/extremes'

const WIDTH = 1320
const NODE = { width: 208, height: 40 }
const ROW_PX = 50
const MOST_LETTERS = 26

interface Node {
  key: string
  title: string
  detail: string
  href: string
  x: number
  y: number
  isValue: boolean
  /** The nodes that it is joined to, nearer to the column. */
  to: string[]
}

/** The tables before and behind a column, from the left to the right; a dashed line only decides, and no value goes in. */
export function LineageDrawing({
  title,
  sources,
  feeds,
}: {
  title: string
  sources: TableUse[]
  feeds: TableUse[]
}) {
  if (sources.length + feeds.length === 0) return null
  const { nodes, height, width } = layout(title, sources, feeds)
  const placeOf = new Map(nodes.map((node) => [node.key, node]))
  return (
    <div className="scroll lineage-drawing" tabIndex={0}>
      <svg viewBox={`0 0 ${width} ${height}`} style={{ minWidth: width * 0.7, maxWidth: width }} role="img">
        <title>Tables that {title} comes from and goes to</title>
        {nodes.flatMap((node) =>
          node.to.flatMap((key) => {
            const end = placeOf.get(key)
            return end ? [<Edge key={`${node.key} ${key}`} from={node} to={end} />] : []
          }),
        )}
        {nodes.map((node) => (
          <Box key={node.key} node={node} />
        ))}
      </svg>
      <p className="muted lineage-key">
        A line: its value goes in. A dashed line: it only decides, such as which rows count.
      </p>
    </div>
  )
}

function Edge({ from, to }: { from: Node; to: Node }) {
  const [left, right] = from.x < to.x ? [from, to] : [to, from]
  const [x1, y1] = [left.x + NODE.width, left.y + NODE.height / 2]
  const [x2, y2] = [right.x, right.y + NODE.height / 2]
  const middle = (x1 + x2) / 2
  return (
    <path
      d={`M ${x1} ${y1} C ${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`}
      className={from.isValue ? 'lineage-edge' : 'lineage-edge lineage-decides'}
    />
  )
}

function Box({ node }: { node: Node }) {
  const letters = node.title.length > MOST_LETTERS ? `${node.title.slice(0, MOST_LETTERS - 1)}…` : node.title
  const box = (
    <>
      <title>{node.title}</title>
      <rect {...NODE} x={node.x} y={node.y} rx={4} />
      <text x={node.x + 8} y={node.y + 17}>
        {letters}
      </text>
      <text x={node.x + 8} y={node.y + 32} className="lineage-detail">
        {node.detail}
      </text>
    </>
  )
  if (!node.href) return <g className="lineage-node lineage-chosen">{box}</g>
  return (
    <a href={node.href} className={node.isValue ? 'lineage-node' : 'lineage-node lineage-decides'}>
      {box}
    </a>
  )
}

const CHOSEN = 'chosen'

function layout(title: string, sources: TableUse[], feeds: TableUse[]) {
  const before = sources.map((use) => ({ use, side: 'from', layer: -distanceOf(use, sources), all: sources }))
  const behind = feeds.map((use) => ({ use, side: 'to', layer: distanceOf(use, feeds), all: feeds }))
  const placed = [...before, ...behind]
  const layers = [...new Set([0, ...placed.map(({ layer }) => layer)])].toSorted((one, other) => one - other)
  const gap = Math.min(140, (WIDTH - layers.length * NODE.width) / Math.max(1, layers.length - 1))
  const step = NODE.width + Math.max(40, gap)
  const most = largestNumber(
    layers.map((layer) => placed.filter((each) => each.layer === layer).length),
    1,
  )
  const xOf = (layer: number): number => layers.indexOf(layer) * step
  const topOf = (many: number): number => ((most - many) * ROW_PX) / 2 + 4
  const nodes = placed.map(({ use, side, layer, all }): Node => {
    const column = placed.filter((each) => each.layer === layer)
    const at = column.findIndex((each) => each.use === use)
    const ways = nextTo(use, all)
    return {
      key: `${side} ${use.table}`,
      title: heading(use.table),
      detail: detailOf(use),
      href: lineageAddress({ ...use, column: '' }),
      x: xOf(layer),
      y: topOf(column.length) + at * ROW_PX,
      isValue: use.values.length > 0,
      to: ways.length > 0 ? ways.map((name) => `${side} ${name}`) : [CHOSEN],
    }
  })
  const chosen = {
    key: CHOSEN,
    title,
    detail: 'this column',
    href: '',
    x: xOf(0),
    y: topOf(1),
    isValue: true,
    to: [],
  }
  return {
    nodes: [...nodes, chosen],
    height: most * ROW_PX + 4,
    width: (layers.length - 1) * step + NODE.width,
  }
}

function detailOf({ values, choices }: TableUse): string {
  if (values.length > 0) return count(values.length, 'column')
  return choices.length > 0 ? `decides ${count(choices.length, 'column')}` : 'decides about rows'
}
