const AWS_REGIONS = ['us-east-1', 'eu-central-1', 'ap-southeast-2', 'me-central-1', 'il-central-1'];
const FIPS_REGIONS = ['us-east-1', 'us-west-2', 'ca-central-1', 'us-gov-west-1', 'us-gov-east-1'];
const CHINA_REGIONS = ['cn-north-1', 'cn-northwest-1'];
const R2_ACCOUNT = '0123456789abcdef0123456789abcdef';

/** Endpoints in the forms that providers document: each must be accepted. */
export const PROVIDER_ENDPOINTS: readonly string[] = [
  // Amazon S3: global, by region, dual stack, FIPS, both, China, GovCloud, accelerated, access points.
  'https://s3.amazonaws.com',
  'https://s3-accelerate.amazonaws.com',
  'https://s3-accelerate.dualstack.amazonaws.com',
  'https://s3.us-east-1.api.aws',
  ...AWS_REGIONS.map((region) => `https://s3.${region}.amazonaws.com`),
  ...AWS_REGIONS.map((region) => `https://s3.dualstack.${region}.amazonaws.com`),
  ...FIPS_REGIONS.map((region) => `https://s3-fips.${region}.amazonaws.com`),
  ...FIPS_REGIONS.map((region) => `https://s3-fips.dualstack.${region}.amazonaws.com`),
  ...CHINA_REGIONS.map((region) => `https://s3.${region}.amazonaws.com.cn`),
  ...CHINA_REGIONS.map((region) => `https://s3.dualstack.${region}.amazonaws.com.cn`),
  'https://s3-us-west-2.amazonaws.com',
  'https://point-123456789012.s3-accesspoint.eu-west-1.amazonaws.com',
  'https://vpce-0a1b2c3d-example.s3.eu-west-1.vpce.amazonaws.com',
  // Cloudflare R2 and its jurisdictions.
  `https://${R2_ACCOUNT}.r2.cloudflarestorage.com`,
  `https://${R2_ACCOUNT}.eu.r2.cloudflarestorage.com`,
  `https://${R2_ACCOUNT}.fedramp.r2.cloudflarestorage.com`,
  // Backblaze B2.
  'https://s3.us-west-004.backblazeb2.com',
  'https://s3.us-east-005.backblazeb2.com',
  'https://s3.eu-central-003.backblazeb2.com',
  // Wasabi.
  'https://s3.wasabisys.com',
  'https://s3.us-east-2.wasabisys.com',
  'https://s3.eu-central-2.wasabisys.com',
  'https://s3.ap-northeast-1.wasabisys.com',
  // DigitalOcean, Scaleway, OVH, Hetzner, Linode, Vultr, Exoscale, IONOS, UpCloud, Infomaniak.
  'https://nyc3.digitaloceanspaces.com',
  'https://fra1.digitaloceanspaces.com',
  'https://s3.fr-par.scw.cloud',
  'https://s3.nl-ams.scw.cloud',
  'https://s3.gra.io.cloud.ovh.net',
  'https://s3.gra.perf.cloud.ovh.net',
  'https://s3.us-east-va.io.cloud.ovh.us',
  'https://fsn1.your-objectstorage.com',
  'https://nbg1.your-objectstorage.com',
  'https://us-east-1.linodeobjects.com',
  'https://ewr1.vultrobjects.com',
  'https://sos-ch-dk-2.exo.io',
  'https://s3-eu-central-1.ionoscloud.com',
  'https://abc12.upcloudobjects.com',
  'https://s3.pub1.infomaniak.cloud',
  // Google, Oracle, IBM, Alibaba, Tencent, Huawei, Yandex.
  'https://storage.googleapis.com',
  'https://mynamespace.compat.objectstorage.eu-frankfurt-1.oraclecloud.com',
  'https://s3.eu-de.cloud-object-storage.appdomain.cloud',
  'https://oss-eu-central-1.aliyuncs.com',
  'https://cos.eu-frankfurt.myqcloud.com',
  'https://obs.eu-west-101.myhuaweicloud.eu',
  'https://storage.yandexcloud.net',
  // Storj, IDrive e2, Filebase, Tigris, Contabo, Dreamhost, Synology C2, Telnyx, Impossible Cloud, Leaseweb.
  'https://gateway.storjshare.io',
  'https://m9w4.fra.idrivee2-40.com',
  'https://s3.filebase.com',
  'https://fly.storage.tigris.dev',
  'https://eu2.contabostorage.com',
  'https://s3.us-east-005.dream.io',
  'https://eu-001.s3.synologyc2.net',
  'https://us-central-1.telnyxstorage.com',
  'https://eu-central-2.storage.impossibleapi.net',
  'https://nl.object-storage.io',
  // Supabase, and self-hosted: MinIO, Ceph, Garage on public names, addresses and high ports.
  'https://minio.example.com',
  'https://minio.example.com:9000',
  'https://ceph-rgw.storage.example.org:8443',
  'https://garage.example.net:3900',
  'https://s3.xn--bcher-kva.example.net',
  'https://1.1.1.1:9000',
  'https://[2606:4700:4700::1111]:9000',
];
