import { Button } from '@mantine/core'

interface Props {
  pages: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => Promise<unknown> }
  children: string
}

/** Loads the next page of a list; nothing where there is none. */
export function MoreButton({ pages, children }: Props) {
  if (!pages.hasNextPage) return null
  return (
    <Button
      size="compact-sm"
      variant="default"
      loading={pages.isFetchingNextPage}
      onClick={() => void pages.fetchNextPage()}
    >
      {children}
    </Button>
  )
}
