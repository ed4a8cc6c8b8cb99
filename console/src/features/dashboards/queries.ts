import { useQuery } from '@tanstack/react-query'

import { read, type Schemas } from '../../api/client'

export const useDashboards = () =>
  useQuery({
    queryKey: ['dashboards'],
    queryFn: () => read<Schemas['Dashboards']>('/v1/dashboards'),
  })
