// A pool, and the session that announces what it gives.
package main

import (
	edge "example.com/pulumi-cilium-edge/sdk/go/ciliumedge"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		pools, err := edge.NewLbIpam(ctx, "lb", &edge.LbIpamArgs{
			Pools: []edge.PoolInput{edge.PoolArgs{
				Name:              "public",
				Blocks:            edge.BlockArray{edge.BlockArgs{Cidr: pulumi.String(config.Require(ctx, "pool"))}},
				AllowFirstLastIps: pulumi.String("No"),
			}},
		})
		if err != nil {
			return err
		}
		_, err = edge.NewBgpControlPlane(ctx, "bgp", &edge.BgpControlPlaneArgs{
			ClusterConfigs: []edge.ClusterConfigInput{edge.ClusterConfigArgs{
				Name:         "edge",
				NodeSelector: edge.LabelSelectorArgs{MatchLabels: pulumi.StringMap{"bgp": pulumi.String("yes")}},
				Instances: edge.InstanceArray{edge.InstanceArgs{
					Name:     pulumi.String("edge"),
					LocalAsn: pulumi.Float64(4200000001),
					Peers: edge.PeerArray{edge.PeerArgs{
						Name:          pulumi.String("tor"),
						Address:       pulumi.String("192.168.10.200"),
						Asn:           pulumi.Float64(65000),
						PeerConfigRef: pulumi.String("tor"),
					}},
				}},
			}},
			PeerConfigs: []edge.PeerConfigInput{edge.PeerConfigArgs{
				Name: "tor",
				Families: edge.FamilyArray{edge.FamilyArgs{
					Advertisements: edge.LabelSelectorArgs{
						MatchLabels: pulumi.StringMap{"announce": pulumi.String("services")},
					},
				}},
			}},
			Advertisements: []edge.AdvertisementSetInput{edge.AdvertisementSetArgs{
				Name:   "services",
				Labels: pulumi.StringMap{"announce": pulumi.String("services")},
				Advertisements: edge.AdvertisementArray{edge.AdvertisementArgs{
					Type:      pulumi.String("Service"),
					Addresses: pulumi.StringArray{pulumi.String("LoadBalancerIP")},
					Selector:  edge.LabelSelectorArgs{MatchLabels: pulumi.StringMap{"announce": pulumi.String("yes")}},
				}},
			}},
		})
		if err != nil {
			return err
		}
		ctx.Export("poolNames", pools.Pools)
		return nil
	})
}
