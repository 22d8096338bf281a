/** The internet, as address blocks: everything but what is never its. */
export const INTERNET = {
  cidrs: ['0.0.0.0/0'],
  except: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16'],
} as const;
